/// The home folder of the test process, and a keeper that outlives it by a moment.
///
/// Before any test runs, HOME, TMPDIR and the XDG folders are set to a new folder, so that neither the tests nor the
/// programs they start see the user's own files. The keeper is a forked process that waits on a pipe. When the test
/// process ends, even by `kill -9`, the pipe closes; the keeper then kills the process groups that tests have started
/// and removes the folder. PR_SET_PDEATHSIG cannot do this: it fires when the *thread* that forked ends, and is lost
/// when a program changes its user.
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_GROUPS = 1024 };

int keeper_pipe = -1;
static pid_t keeper = -1;
static char home[PATH_MAX];

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  remove(path);
  return 0;
}

static _Noreturn void keep(int messages) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  setsid();  // neither Ctrl-C nor a kill of the job reaches it
  prctl(PR_SET_NAME, "test-keeper");
  dup2(messages, 0);
  close_range(1, ~0u, 0);
  pid_t groups[MOST_GROUPS], message;
  int count = 0;
  for (;;) {
    const ssize_t bytes = read(0, &message, sizeof message);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes != (ssize_t)sizeof message) break;
    if (message > 0 && count < MOST_GROUPS) groups[count++] = message;
    for (int i = 0; message < 0 && i < count; i++)
      if (groups[i] == -message) groups[i--] = groups[--count];
  }
  for (int i = 0; i < count; i++) kill(-groups[i], SIGKILL);
  nftw(home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  _exit(0);
}

void keeper_note(pid_t message) {
  if (write(keeper_pipe, &message, sizeof message) < 0) _exit(126);  // atomic: shorter than PIPE_BUF
}

static void end_keeper(void) {
  close(keeper_pipe);
  waitpid(keeper, NULL, 0);
}

static void fail(const char *what) {
  perror(what);
  _exit(126);
}

__attribute__((constructor)) static void begin(void) {
  const char *parent = getenv("TMPDIR");
  snprintf(home, sizeof home, "%s/simscope-tests-XXXXXX", parent != NULL && *parent != 0 ? parent : "/tmp");
  if (mkdtemp(home) == NULL) fail("tests: cannot create a home folder");
  chmod(home, 0755);  // tests run programs as another user, too
  static const char *const names[] = {"HOME", "CFFIXED_USER_HOME", "TMPDIR"};
  for (int i = 0; i < 3; i++) setenv(names[i], home, 1);
  char folder[PATH_MAX + 16];
  snprintf(folder, sizeof folder, "%s/.cache", home);
  setenv("XDG_CACHE_HOME", folder, 1);
  snprintf(folder, sizeof folder, "%s/.config", home);
  setenv("XDG_CONFIG_HOME", folder, 1);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("tests: cannot make a pipe");
  keeper = fork();
  if (keeper < 0) fail("tests: cannot start a process");
  if (keeper == 0) {
    close(ends[1]);
    keep(ends[0]);
  }
  close(ends[0]);
  keeper_pipe = ends[1];
  atexit(end_keeper);
}
