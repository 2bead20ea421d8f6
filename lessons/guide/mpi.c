// SPDX-License-Identifier: MIT
// Programs that mpirun starts (lesson 13): is Open MPI here, and its settings
// on one machine. Runs in: the guide; mpi_settings() in the child that becomes
// mpirun.
#include "internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool guide_mpi(void) {
    const char *path = guide_setting("PATH");
    char file[PATH_MAX];
    for (size_t length; path && *path; path += length + (path[length] != 0)) {
        length = strcspn(path, ":");
        snprintf(file, sizeof file, "%.*s/mpirun", (int)length, path);
        if (access(file, X_OK) == 0)
            return true;
    }
    return false;
}

// `folder` is for its files; who ends mpirun with a signal removes it.
void mpi_settings(const char *folder) {
    setenv("TMPDIR", folder, 1);
    setenv("OMPI_MCA_btl_vader_backing_directory", folder, 1);
    static const char *const settings[][2] = {
        // Messages through shared memory; words to mpirun through "lo".
        {"OMPI_MCA_pml", "ob1"},
        {"OMPI_MCA_btl", "self,vader"},
        {"OMPI_MCA_oob_tcp_if_include", "lo"},
        // Copies through the shared memory: containers forbid the other way.
        {"OMPI_MCA_btl_vader_single_copy_mechanism", "none"},
        // Ranks that wait let others run: there may be more than CPUs.
        {"OMPI_MCA_mpi_yield_when_idle", "1"},
        {"OMPI_MCA_hwloc_base_binding_policy", "none"}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        setenv(settings[i][0], settings[i][1], 0);
    if (geteuid() == 0) { // mpirun wants to be told that this is on purpose
        setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
        setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    }
}
