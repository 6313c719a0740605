#include <sys/types.h>

/// Write end of the keeper's pipe. A process group's leader writes its pid here; −pid takes the group off the list.
extern int keeper_pipe;

void keeper_note(pid_t message);
