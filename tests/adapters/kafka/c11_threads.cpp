// For the thread sanitizer only. Debian's librdkafka uses the C library's C11 threads, which GCC
// 12's sanitizer does not know: it crashes in a thread that it has not seen begin, and sees no
// lock. The program's own definitions go before the C library's, and are made of what the sanitizer
// knows. In glibc both kinds have the same objects.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t));
static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t));

pthread_mutex_t* posix(mtx_t* mutex) {
    return reinterpret_cast<pthread_mutex_t*>(mutex);
}
pthread_cond_t* posix(cnd_t* condition) {
    return reinterpret_cast<pthread_cond_t*>(condition);
}

int word_for(int error) {
    if (error == 0) return thrd_success;
    return error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

struct thread_start {
    thrd_start_t function;
    void* argument;
};

void* run(void* given) {
    const std::unique_ptr<thread_start> start(static_cast<thread_start*>(given));
    return reinterpret_cast<void*>(std::intptr_t{start->function(start->argument)});
}

}  // namespace

extern "C" {

// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer asks for it by this name.
const char* __tsan_default_suppressions();
const char* __tsan_default_suppressions() {
    return "called_from_lib:librdkafka.so\n";
}

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
    return word_for(pthread_create(thread, nullptr, &run, new thread_start{function, argument}));
}

int thrd_join(thrd_t thread, int* result) {
    void* returned = nullptr;
    const int error = pthread_join(thread, &returned);
    if (result != nullptr) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(returned));
    return word_for(error);
}

int mtx_init(mtx_t* mutex, int type) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    const bool is_recursive = (type & mtx_recursive) != 0;
    if (is_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    const int error = pthread_mutex_init(posix(mutex), &attributes);
    pthread_mutexattr_destroy(&attributes);
    return word_for(error);
}

void mtx_destroy(mtx_t* mutex) {
    pthread_mutex_destroy(posix(mutex));
}

int mtx_lock(mtx_t* mutex) {
    return word_for(pthread_mutex_lock(posix(mutex)));
}

int mtx_unlock(mtx_t* mutex) {
    return word_for(pthread_mutex_unlock(posix(mutex)));
}

int cnd_init(cnd_t* condition) {
    return word_for(pthread_cond_init(posix(condition), nullptr));
}

void cnd_destroy(cnd_t* condition) {
    pthread_cond_destroy(posix(condition));
}

int cnd_signal(cnd_t* condition) {
    return word_for(pthread_cond_signal(posix(condition)));
}

int cnd_broadcast(cnd_t* condition) {
    return word_for(pthread_cond_broadcast(posix(condition)));
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
    return word_for(pthread_cond_wait(posix(condition), posix(mutex)));
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
    return word_for(pthread_cond_timedwait(posix(condition), posix(mutex), until));
}

}  // extern "C"
