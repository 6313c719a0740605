/// A process that outlives ours by a moment. What is killed outright cannot give its terminal back; the guardian hears of
/// its death by a pipe that closes, and does it. It has no other file, hears no signal, and ends in any case.
#include "state.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t guardian = -1;
static int lifeline = -1;

static void close_others(int one, int other) {
  const unsigned low = (unsigned)(one < other ? one : other), high = (unsigned)(one < other ? other : one);
  if (low > 0) close_range(0, low - 1, 0);
  if (high - low > 1) close_range(low + 1, high - 1, 0);
  close_range(high + 1, ~0u, 0);
}

/// Only what a handler of signals may call, too: other threads were not copied, and may have held locks.
static _Noreturn void guard(int terminal, int death, pid_t group) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  setpgid(0, 0);  // neither Ctrl-C nor a kill of the job reaches it
  prctl(PR_SET_NAME, "terminal-guard");
  close_others(terminal, death);
  char byte;
  while (read(death, &byte, 1) < 0 && errno == EINTR) continue;
  ct_restore_for_dead(group);
  _exit(0);
}

void ct_start_guardian(int terminal) {
  int ends[2];
  if (guardian > 0 || pipe2(ends, O_CLOEXEC) != 0) return;
  const pid_t group = getpgrp();
  guardian = _Fork();  // not fork: libraries' handlers around it would stop their threads
  if (guardian == 0) {
    close(ends[1]);
    guard(terminal, ends[0], group);
  }
  close(ends[0]);
  lifeline = ends[1];
  if (guardian < 0) ct_end_guardian();
}

void ct_end_guardian(void) {
  if (lifeline >= 0) close(lifeline);
  lifeline = -1;
  if (guardian <= 0) return;
  kill(guardian, SIGKILL);  // nothing is held: there is nothing left to do for it
  waitpid(guardian, NULL, 0);
  guardian = -1;
}
