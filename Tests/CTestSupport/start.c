/// Starts programs for tests; see the header.
#include "include/CTestSupport.h"
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// Between fork and exec in a process with threads: system calls only. Sends errno through `failure` and ends.
static _Noreturn void become(
    char *const words[], char *const environment[], const char *folder, const int files[3], int failure) {
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &usual, NULL);
  sigset_t none;
  sigemptyset(&none);
  setpgid(0, 0);
  keeper_note(getpid());
  // Above the standard files first, as they may be among the three.
  int copies[3];
  for (int i = 0; i < 3; i++) copies[i] = fcntl(files[i], F_DUPFD_CLOEXEC, 3);
  for (int i = 0; i < 3; i++) dup2(copies[i], i);
  close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (chdir(folder) == 0) execve(words[0], words, environment);
  const int error = errno;
  if (write(failure, &error, sizeof error) < 0) _exit(126);
  _exit(127);
}

int ct_test_start(char *const words[], char *const environment[], const char *folder, const int files[3]) {
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) != 0) return -errno;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = _Fork();  // not fork: libraries' handlers around it would stop their threads
  if (child == 0) become(words, environment, folder, files, failure[1]);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(failure[1]);
  int refused = child < 0 ? error : 0;
  if (child > 0 && read(failure[0], &refused, sizeof refused) > 0) {
    waitpid(child, NULL, 0);
    ct_test_end_group(child);
  }
  close(failure[0]);
  return refused != 0 ? -refused : child;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + 1e-6 * (double)time.tv_usec; }

double ct_test_wait(int child, int *status) {
  struct rusage used = {0};
  while (wait4(child, status, 0, &used) < 0 && errno == EINTR) continue;
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double ct_test_processor_seconds(int process) {
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

void ct_test_end_group(int leader) {
  kill(-leader, SIGKILL);
  keeper_note(-leader);
}

int ct_test_nameless_file(void) {
  const int file = memfd_create("test-output", MFD_CLOEXEC);
  return file < 0 ? -errno : file;
}

int ct_test_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }
