/// Signals counted by a handler, for commands without a screen.
#include "state.h"
#include <signal.h>
#include <stdatomic.h>

static atomic_int first, counts[NSIG];

static void note(int number) {
  int none = 0;
  atomic_compare_exchange_strong(&first, &none, number);
  atomic_fetch_add(&counts[number], 1);
}

void ct_count_signals(const int *numbers, size_t size) {
  atomic_store(&first, 0);
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigset_t ours;
  sigemptyset(&ours);
  for (size_t i = 0; i < size; i++) {
    atomic_store(&counts[numbers[i]], 0);
    sigaction(numbers[i], &action, NULL);
    sigaddset(&ours, numbers[i]);
  }
  pthread_sigmask(SIG_UNBLOCK, &ours, NULL);  // a parent may have left them blocked
}

int ct_first_signal(void) { return atomic_load(&first); }
int ct_signal_count(int number) { return atomic_load(&counts[number]); }
