#ifndef CTESTSUPPORT_H
#define CTESTSUPPORT_H

/// Starts a program as the leader of a process group of its own, with the three files as its standard input, output and
/// error, no other open file, and default signal handling. The group is killed when the test process ends, however it
/// ends.
/// - Parameter words: the program's path and its arguments, ended by NULL.
/// - Returns: the process id, or −errno.
int ct_test_start(char *const words[], char *const environment[], const char *folder, const int files[3]);

/// Waits for the end of a child. Returns the processor time it has used.
double ct_test_wait(int child, int *status);

/// Processor time that a running process has used so far; 0 if it has ended.
double ct_test_processor_seconds(int process);

/// Kills what is left of a process group, and forgets it. The leader must have been waited for.
void ct_test_end_group(int leader);

/// Creates a file without a name, closed on exec. Returns its descriptor, or −errno.
int ct_test_nameless_file(void);

/// Creates a pipe, closed on exec. Returns 0, or −errno.
int ct_test_pipe(int ends[2]);

#endif
