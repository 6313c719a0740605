#include "CPeers.h"
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/// The bare call: the library's would change all threads.
int cp_become(uint32_t user) { return (int)syscall(SYS_setresuid, user, user, user); }

ptrdiff_t cp_send_files(int socket, const void *bytes, size_t count, int file, size_t files) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(253 * sizeof(int))];
  } control = {0};
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(files * sizeof(int))};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_len = CMSG_LEN(files * sizeof(int));
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  for (size_t i = 0; i < files; i++) memcpy(CMSG_DATA(header) + i * sizeof file, &file, sizeof file);
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}
