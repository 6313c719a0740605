/// Signals turned into bytes of a pipe, so that the screen's loop hears them between two frames.
#include "state.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static const int caught[] = {SIGINT,  SIGTERM, SIGQUIT, SIGHUP, SIGUSR1,
                             SIGUSR2, SIGXCPU, SIGWINCH, SIGTSTP, SIGCONT};
enum { caught_count = sizeof caught / sizeof caught[0] };

static struct sigaction previous[caught_count];
static int ends[2] = {-1, -1};
static bool caught_now;

static void note(int number) {
  const int error = errno;
  const uint8_t byte = (uint8_t)number;
  if (write(ends[1], &byte, 1) < 0) { /* a full pipe says enough */
  }
  errno = error;
}

static void handle(int number, struct sigaction *before) {
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, before);
}

int ct_catch_signals(void) {
  if (ends[0] < 0 && pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
  sigset_t ours;
  sigemptyset(&ours);
  for (int i = 0; i < caught_count; i++) {
    handle(caught[i], &previous[i]);
    sigaddset(&ours, caught[i]);
    if (previous[i].sa_handler == SIG_IGN) sigaction(caught[i], &previous[i], NULL);
  }
  pthread_sigmask(SIG_UNBLOCK, &ours, NULL);  // a parent may have left them blocked
  caught_now = true;
  return ends[0];
}

void ct_release_signals(void) {
  if (!caught_now) return;
  caught_now = false;
  for (int i = 0; i < caught_count; i++) sigaction(caught[i], &previous[i], NULL);
}

void ct_stop(void) {
  struct sigaction by_default = {.sa_handler = SIG_DFL};
  struct sigaction ours;
  sigemptyset(&by_default.sa_mask);
  sigaction(SIGTSTP, &by_default, &ours);
  raise(SIGTSTP);
  sigaction(SIGTSTP, &ours, NULL);
}
