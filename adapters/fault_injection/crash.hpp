#pragma once

#include <signal.h>
#include <unistd.h>

namespace makegood {

// Ends the process as `kill -9` does: nothing is written, flushed or told any more.
[[noreturn]] inline void crash() {
    ::kill(::getpid(), SIGKILL);
    while (true)
        ::pause();
}

}  // namespace makegood
