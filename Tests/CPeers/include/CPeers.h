/// The other end of a socket, as hostile as it can be.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Makes the calling thread another user's for the rest of its life. 0, or -1 where it may not.
int cp_become(uint32_t user);

/// Sends a packet and so many copies of an open file with it. The number of bytes sent, or -1.
ptrdiff_t cp_send_files(int socket, const void *bytes, size_t count, int file, size_t files);
