/// The terminal's rough side, in POSIX C: opened, made ours, and given back from anywhere, signal handlers included.
/// One terminal a process.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Opens a description of our own, non-blocking, on the terminal that stdin and stdout are; stdin itself stays as it is,
/// for it shares its flags with the shell. -1 and errno when there is none.
int ct_open(void);

/// Closes what `ct_open` opened. From here on nothing touches that terminal.
void ct_close(void);

/// Columns, rows and pixels of the terminal (0 when it does not say). False when it can't be asked.
bool ct_size(int *columns, int *rows, int *pixel_width, int *pixel_height);

/// What stdout and stderr write goes to this file from `ct_take` to `ct_give_back`. False and errno when it can't be opened.
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

/// INT, TERM, QUIT, HUP, WINCH, TSTP and CONT become a byte each (their number) in a pipe, whose end to read is returned;
/// -1 and errno on failure. A signal that was ignored stays ignored.
int ct_catch_signals(void);

/// Gives the seven signals their earlier handlers back.
void ct_release_signals(void);

/// Stops the process as Ctrl-Z does, and returns when it goes on.
void ct_stop(void);

/// On SEGV, ABRT, BUS, FPE, ILL, TRAP, SYS, XCPU and at exit the terminal is given back first; then the earlier handler,
/// a core dump and the exit status come as if we had not been there. After a crash the end of the log is shown.
void ct_catch_crashes(void);

/// A stack of its own for the calling thread's crash handler, so that a stack overflow is survived long enough.
void ct_thread_altstack(void);

/// Starts `tmux display-message` with a format; returns where its answer can be read, without waiting, until the end of
/// the file; -1 when it cannot be started. One question at a time.
int ct_ask_tmux(const char *format);

/// Closes the file that `ct_ask_tmux` gave and lets tmux go.
void ct_leave_tmux(int file);

/// An unnamed file in memory, or -1 and errno.
int ct_memory_file(void);
