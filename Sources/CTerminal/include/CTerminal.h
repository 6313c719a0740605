/// The terminal's rough side, in POSIX C: opened, made ours, and given back from anywhere, signal handlers included.
/// One terminal a process, and those that other processes lend it.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Opens a description of our own, non-blocking, on the terminal that stdin and stdout are; stdin itself stays as it is,
/// for it shares its flags with the shell. -1 and errno when there is none.
int ct_open(void);

/// Closes what `ct_open` opened. From here on nothing touches that terminal.
void ct_close(void);

/// Columns, rows and pixels of a terminal (0 when it does not say). False when it can't be asked.
bool ct_size(int terminal, int *columns, int *rows, int *pixel_width, int *pixel_height);

/// What stdout and stderr write goes to this file from `ct_take` to `ct_give_back`, or from now on where another took it.
/// False and errno when it can't be opened; then nothing changes.
bool ct_log_to(const char *path);

/// What leaves the screen as it was: sent by `ct_give_back`, by a crash and at exit. At most 512 bytes.
void ct_set_farewell(const uint8_t *bytes, size_t count);

/// Saves the terminal's mode and makes it ours: keys one by one, no echo, Ctrl-S a key, Ctrl-C and Ctrl-Z still signals.
/// Called again, it renews our mode. False and errno when the terminal refuses.
bool ct_take(void);

/// Farewell, saved mode, stdout and stderr: all back. Waits no longer than a fifth of a second for a terminal that does
/// not read. Does nothing when nothing is held.
void ct_give_back(void);

/// The terminal may be dead: farewell and mode if it still takes them, then it is closed. What is written to stdout and
/// stderr goes on to the log.
void ct_let_go(void);

/// Writes on the terminal that stdin is, though we hold it no more; for two seconds at most where it does not read.
void ct_say(const char *text, size_t count);

/// INT, TERM, QUIT, HUP, WINCH, TSTP and CONT become a byte each (their number) in a pipe, whose end to read is returned;
/// -1 and errno on failure. A signal that was ignored stays ignored.
int ct_catch_signals(void);

/// Gives the seven signals their earlier handlers back.
void ct_release_signals(void);

/// Counts these signals from now on, instead of what they would do.
void ct_count_signals(const int *numbers, size_t size);

/// The first of the signals that were counted, or 0.
int ct_first_signal(void);

/// How often this signal has arrived.
int ct_signal_count(int number);

/// Stops the process as Ctrl-Z does, and returns when it goes on.
void ct_stop(void);

/// On SEGV, ABRT, BUS, FPE, ILL, TRAP, SYS and at exit the terminal is given back first; then the earlier handler,
/// a core dump and the exit status come as if we had not been there. After a crash the end of the log is shown.
void ct_catch_crashes(void);

/// A stack of its own for the calling thread's crash handler, so that a stack overflow is survived long enough.
void ct_thread_altstack(void);

/// Starts `tmux display-message` with a format, for a pane of the server at a socket; returns where its answer can be
/// read, without waiting, until the end of the file; -1 when it cannot be started. One question at a time.
int ct_ask_tmux(const char *socket, const char *pane, const char *format);

/// Closes the file that `ct_ask_tmux` gave and lets tmux go.
void ct_leave_tmux(int file);

/// An unnamed file in memory, or -1 and errno.
int ct_memory_file(void);

/// Makes the calling thread write characters as this locale has them, whatever the process does. A locale that is not
/// installed but has UTF-8 in its name is taken for C.UTF-8. Returns whether characters are UTF-8.
bool ct_use_locale(const char *name);

/// Makes `control.sock` in a folder, for this user alone, and listens there; -1 and errno when it cannot be.
int ct_listen(const char *folder);

/// Connects to `control.sock` in a folder; -1 and errno when nobody listens.
int ct_connect(const char *folder);

/// Who has connected; -1 when nobody has. None of the sockets ever waits, and each keeps packets apart.
int ct_accept(int listener);

/// Sends a packet, and with it a file of a terminal, unless that is -1. False when it could not go.
bool ct_send(int socket, const void *bytes, size_t count, int terminal);

/// Takes a packet and, unless `terminal` is NULL, the first file that came with it (-1: none did); all other files are
/// closed. Its size; 0 when the other is gone; -1 and errno, also for a packet that is not whole.
ptrdiff_t ct_receive(int socket, void *bytes, size_t capacity, int *terminal);

/// The user (effective id) of the process at the other end when it connected or began to listen. False when unknown.
bool ct_peer(int socket, uint32_t *user);

/// A terminal that was lent to us may be our own session's: in the background, whoever reads from that is stopped. So we
/// let it go as the one that controls us.
void ct_adopt(int terminal);
