/// tmux asked about itself, by its own command.
#include "state.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t asked = -1;

int ct_ask_tmux(const char *socket, const char *pane, const char *format) {
  int ends[2];
  if (asked > 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const char *const words[] = {"tmux", "-S", socket, "display-message", "-t", pane, "-p", format, NULL};
  const int error = posix_spawnp(&asked, "tmux", &files, NULL, (char *const *)words, environ);
  posix_spawn_file_actions_destroy(&files);
  close(ends[1]);
  if (error == 0) return ends[0];
  asked = -1;
  close(ends[0]);
  return -1;
}

void ct_leave_tmux(int file) {
  close(file);
  if (asked <= 0) return;
  kill(asked, SIGKILL);
  waitpid(asked, NULL, 0);
  asked = -1;
}
