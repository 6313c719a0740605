/// What the parts of this target share.
#pragma once
#include "CTerminal.h"
#include <sys/types.h>

/// `ct_give_back` as far as a signal handler may go.
void ct_rescue(void);

/// Writes all, waiting at most so long in all for room.
void ct_write_patiently(int file, const void *bytes, size_t count, int milliseconds);

/// After a crash: the last lines that went to the log since the terminal was taken, to stderr.
void ct_show_log_end(void);

/// A process that gives the terminal back when this one has died without doing so. Without it, all else works.
void ct_start_guardian(int terminal);

/// Lets the guardian go; nothing is held.
void ct_end_guardian(void);

/// The guardian's part: what a dead process of this group may have left held is given back.
void ct_restore_for_dead(pid_t group);
