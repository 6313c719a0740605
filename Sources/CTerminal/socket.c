/// A run's socket, by which a process lends its terminal to the one that trains.
#include "state.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/// Carries `bind` or `connect` out on the folder's socket, by way of the folder's descriptor: its path may be longer than
/// an address can be.
static int reach(const char *folder, int (*act)(int, const struct sockaddr *, socklen_t)) {
  const int place = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (place < 0) return -1;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/control.sock", place);
  const int file = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // Before there is a name: nobody else may ever connect.
  const bool done = file >= 0 && fchmod(file, 0600) == 0 && act(file, (struct sockaddr *)&address, sizeof address) == 0;
  const int error = errno;
  close(place);
  if (!done && file >= 0) close(file);
  errno = error;
  return done ? file : -1;
}

int ct_listen(const char *folder) {
  const int file = reach(folder, bind);
  if (file >= 0) listen(file, 8);
  return file;
}

int ct_connect(const char *folder) { return reach(folder, connect); }

int ct_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

bool ct_send(int socket, const void *bytes, size_t count, int terminal) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (terminal >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &terminal, sizeof terminal);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)count;
}

/// Takes over the files of a packet's control message: the first as the terminal, where one is wanted and none is there
/// yet; all others are closed.
static void take_files(struct cmsghdr *header, int *terminal) {
  const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (size_t i = 0; i < count; i++) {
    int file;
    memcpy(&file, CMSG_DATA(header) + i * sizeof file, sizeof file);
    if (terminal != NULL && *terminal < 0) {
      *terminal = file;
    } else {
      close(file);
    }
  }
}

ptrdiff_t ct_receive(int socket, void *bytes, size_t capacity, int *terminal) {
  // Linux installs every file that fits into the room: all that a packet can carry (SCM_MAX_FD) must be seen here.
  enum { MOST_FILES = 253 };
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(MOST_FILES * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
  } control;
  struct iovec part = {.iov_base = bytes, .iov_len = capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (terminal != NULL) *terminal = -1;
  ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (count < 0) return -1;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) take_files(header, terminal);
  }
  // A packet of which a part is missing is no packet of ours: too long, or no descriptors are left for its files.
  const bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  if (whole && count > 0) return count;
  if (terminal != NULL && *terminal >= 0) {
    close(*terminal);
    *terminal = -1;
  }
  errno = EMSGSIZE;
  return whole ? 0 : -1;
}

bool ct_peer(int socket, uint32_t *user) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) return false;
  *user = peer.uid;
  return true;
}

void ct_adopt(int terminal) {
  if (getsid(0) != getpid()) ioctl(terminal, TIOCNOTTY);
}
