#pragma once

namespace makegood::simulation {

// From now on SQLite reaches its files through lossy_files, on threads that have one; on all others
// everything is as it was. Call it before any store is opened, as often as you like.
void use_lossy_file_system();

}  // namespace makegood::simulation
