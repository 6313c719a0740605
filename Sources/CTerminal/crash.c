/// The terminal given back when the program dies, and the death itself left as it was.
#include "state.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

static const int fatal[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
enum { fatal_count = sizeof fatal / sizeof fatal[0] };

static struct sigaction previous[fatal_count];
static bool caught;

/// Whether returning from the handler repeats the fault, so that the earlier handler sees the very place of it.
static bool fault_repeats(int number, const siginfo_t *info) {
  if (info->si_code <= 0) return false;  // sent by kill, raise or abort
#ifdef __aarch64__
  if (number == SIGTRAP) return true;  // on x86 the instruction pointer is already behind the trap
#endif
  return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL;
}

static void crash(int number, siginfo_t *info, void *context) {
  (void)context;
  ct_rescue();
  ct_show_log_end();
  for (int i = 0; i < fatal_count; i++) {
    if (fatal[i] == number) sigaction(number, &previous[i], NULL);
  }
  if (fault_repeats(number, info)) return;
  raise(number);
  // Swift's backtracer returns, counting on the fault to come again; a signal that was sent does not.
  signal(number, SIG_DFL);
  raise(number);
}

void ct_catch_crashes(void) {
  if (caught) return;
  caught = true;
  ct_thread_altstack();
  struct sigaction action = {.sa_sigaction = crash, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigemptyset(&action.sa_mask);
  sigset_t ours;
  sigemptyset(&ours);
  for (int i = 0; i < fatal_count; i++) {
    sigaction(fatal[i], &action, &previous[i]);
    sigaddset(&ours, fatal[i]);
  }
  pthread_sigmask(SIG_UNBLOCK, &ours, NULL);  // a parent may have left them blocked
  atexit(ct_give_back);
}

void ct_thread_altstack(void) {
  stack_t present;
  if (sigaltstack(NULL, &present) != 0 || !(present.ss_flags & SS_DISABLE)) return;
  const size_t size = 64 * 1024;
  void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) return;
  sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = size}, NULL);
}
