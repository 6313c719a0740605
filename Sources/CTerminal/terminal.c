/// The terminal taken and given back: mode, farewell, stdout and stderr.
#include "state.h"
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/// What giving the terminal back takes, in memory that the guardian shares.
static struct {
  atomic_int state;
  struct termios mode;
  /// The one that was set instead.
  struct termios ours;
  uint8_t farewell[512];
  size_t farewell_size;
} *hold;
enum { FREE, LEAVING, HELD };
enum { SHORT_PATIENCE = 200 };

static int terminal = -1;
static int log_file = -1;
static int saved_stdout = -1;
static int saved_stderr = -1;
static off_t log_start;

static int open_terminal(void) {
  char name[256];
  const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  const int file = ttyname_r(STDIN_FILENO, name, sizeof name) == 0 ? open(name, flags) : -1;
  return file >= 0 ? file : open("/dev/tty", flags);  // after su, or in a container: the name may be out of reach
}

int ct_open(void) {
  if (hold == NULL) {
    void *shared = mmap(NULL, sizeof *hold, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return -1;
    hold = shared;
  }
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return -1;
  terminal = open_terminal();
  if (terminal >= 0) ct_start_guardian(terminal);
  return terminal;
}

void ct_close(void) {
  if (hold != NULL) atomic_store(&hold->state, FREE);
  ct_end_guardian();
  if (terminal >= 0) close(terminal);
  if (log_file >= 0) close(log_file);
  terminal = log_file = -1;
}

bool ct_size(int terminal, int *columns, int *rows, int *pixel_width, int *pixel_height) {
  struct winsize size;
  if (ioctl(terminal, TIOCGWINSZ, &size) != 0) return false;
  *columns = size.ws_col;
  *rows = size.ws_row;
  *pixel_width = size.ws_xpixel;
  *pixel_height = size.ws_ypixel;
  return true;
}

static void point_output_at_log(void) {
  fflush(stdout);
  dup2(log_file, STDOUT_FILENO);
  dup2(log_file, STDERR_FILENO);
}

bool ct_log_to(const char *path) {
  // A plain file, where it is looked for: a link would lead elsewhere.
  const int file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
  if (file < 0) return false;
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(file);
    errno = EINVAL;
    return false;
  }
  if (log_file >= 0) close(log_file);
  log_file = file;
  log_start = lseek(file, 0, SEEK_END);
  if (saved_stderr >= 0) point_output_at_log();
  return true;
}

void ct_set_farewell(const uint8_t *bytes, size_t count) {
  hold->farewell_size = count < sizeof hold->farewell ? count : sizeof hold->farewell;
  memcpy(hold->farewell, bytes, hold->farewell_size);
}

static void send_output_to_log(void) {
  if (log_file < 0 || saved_stderr >= 0) return;
  fflush(stdout);
  saved_stdout = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  point_output_at_log();
}

static void put_back(int *saved, int file) {
  if (*saved < 0) return;
  dup2(*saved, file);
  close(*saved);
  *saved = -1;
}

bool ct_take(void) {
  struct termios mode;
  if (tcgetattr(terminal, &mode) != 0) return false;
  if (atomic_load(&hold->state) == FREE) hold->mode = mode;
  mode.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP);
  mode.c_oflag &= ~(tcflag_t)OPOST;  // what ncurses writes arrives as it is
  mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  if (tcsetattr(terminal, TCSADRAIN, &mode) != 0) return false;
  hold->ours = mode;
  atomic_store(&hold->state, HELD);
  send_output_to_log();
  return true;
}

/// Or a process in the background would be stopped by it. Returns the signals that were blocked before.
static sigset_t allow_background_write(void) {
  sigset_t background_write;
  sigset_t before;
  sigemptyset(&background_write);
  sigaddset(&background_write, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &background_write, &before);
  return before;
}

/// Farewell and the saved mode, where the terminal is still ours to change.
static void restore(bool keeps_mode) {
  const sigset_t before = allow_background_write();
  ct_write_patiently(terminal, hold->farewell, hold->farewell_size, SHORT_PATIENCE);
  if (!keeps_mode) tcsetattr(terminal, TCSANOW, &hold->mode);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/// False when nothing was held.
static bool leave_terminal(void) {
  int expected = HELD;
  if (hold == NULL || !atomic_compare_exchange_strong(&hold->state, &expected, LEAVING)) return false;
  restore(false);
  atomic_store(&hold->state, FREE);
  return true;
}

static bool is_ours(void) {
  struct termios now;
  return tcgetattr(terminal, &now) == 0 && now.c_lflag == hold->ours.c_lflag && now.c_iflag == hold->ours.c_iflag &&
         now.c_oflag == hold->ours.c_oflag;
}

void ct_restore_for_dead(pid_t group) {
  if (atomic_load(&hold->state) == FREE) return;
  const pid_t foreground = tcgetpgrp(terminal);
  restore(foreground > 0 && foreground != group && !is_ours());  // a shell that is back in charge may set its own mode
}

void ct_give_back(void) {
  if (hold != NULL && atomic_load(&hold->state) == HELD) fflush(stdout);  // what was printed belongs to the log
  ct_rescue();
}

void ct_rescue(void) {
  const int error = errno;
  if (leave_terminal()) {
    put_back(&saved_stdout, STDOUT_FILENO);
    put_back(&saved_stderr, STDERR_FILENO);
  }
  errno = error;
}

void ct_let_go(void) {
  leave_terminal();
  ct_close();
}

void ct_write_patiently(int file, const void *bytes, size_t count, int milliseconds) {
  enum { PAUSE = 20 };
  const char *rest = bytes;
  while (count > 0 && milliseconds > 0) {
    const ssize_t written = write(file, rest, count);
    if (written > 0) {
      rest += written;
      count -= (size_t)written;
    } else if (written < 0 && errno == EAGAIN) {
      poll(&(struct pollfd){.fd = file, .events = POLLOUT}, 1, PAUSE);
      milliseconds -= PAUSE;
    } else if (errno != EINTR) {
      return;
    }
  }
}

void ct_say(const char *text, size_t count) {
  const int file = open_terminal();
  if (file < 0) return;
  const sigset_t before = allow_background_write();
  ct_write_patiently(file, text, count, 2000);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(file);
}

void ct_show_log_end(void) {
  char lines[2048];
  if (log_file < 0) return;
  const off_t end = lseek(log_file, 0, SEEK_END);
  off_t start = end - (off_t)sizeof lines;
  if (start < log_start) start = log_start;
  const ssize_t count = pread(log_file, lines, (size_t)(end - start), start);
  if (count > 0) ct_write_patiently(STDERR_FILENO, lines, (size_t)count, SHORT_PATIENCE);
}

bool ct_use_locale(const char *name) {
  static _Thread_local locale_t ours;
  const locale_t before = ours;
  ours = newlocale(LC_CTYPE_MASK, name, (locale_t)0);
  // macOS's "UTF-8", and locales that are not generated here.
  if (ours == (locale_t)0 && (strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL)) {
    ours = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  }
  if (ours == (locale_t)0) ours = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
  uselocale(ours);
  if (before != (locale_t)0) freelocale(before);
  return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int ct_memory_file(void) { return memfd_create("screen", MFD_CLOEXEC); }
