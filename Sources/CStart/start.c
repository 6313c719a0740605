/// Environment variables that libraries read in their constructors, set for as long as those run:
/// - OpenBLAS starts a thread per core when it is loaded. One thread is wanted: the worker pool shares out the work, and
///   no limit on threads or memory may stop `--version` or an error message.
/// - On a terminal Swift's backtracer would wait for a key.
/// Each takes the place of a variable that no library reads, which is put back before `main`. Starting the program again
/// with two more variables would do as well, but takes 14 of the first frame's 27 ms; so only without such a place.
#include <string.h>
#include <unistd.h>

typedef struct {
  char *ours;
  /// What it replaced. Volatile: the compiler assumes that constructors come first of all and would find nothing here.
  char *volatile replaced;
} loan;

static char one_thread[] = "OPENBLAS_NUM_THREADS=1";
static char backtrace[] = "SWIFT_BACKTRACE=enable=yes,interactive=no,color=no";
static loan loans[] = {{one_thread, NULL}, {backtrace, NULL}};
enum { threads_loan, backtrace_loan, loan_count };

static int begins_with(const char *variable, const char *name) { return strncmp(variable, name, strlen(name)) == 0; }

/// Whether a library may read this variable in its constructor.
static int is_read(const char *variable) {
  static const char *const names[] = {"OPENBLAS", "GOTO", "OMP", "LD_", "MALLOC", "GLIBC", "SWIFT", "LIBDISPATCH", "CF"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (begins_with(variable, names[i])) return 1;
  }
  return 0;
}

static char **named(char **variables, const char *name) {
  while (*variables != NULL && !begins_with(*variables, name)) variables++;
  return *variables != NULL ? variables : NULL;
}

static char **unread(char **variables) {
  while (*variables != NULL && is_read(*variables)) variables++;
  return *variables != NULL ? variables : NULL;
}

static void put(loan *loan, char **place) {
  loan->replaced = *place;
  *place = loan->ours;
}

/// Starts the program again, with both variables added. Returns where that is impossible.
static void start_again(char **words, char **variables) {
  char program[4096];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = 0;
  size_t count = 0;
  while (variables[count] != NULL) count++;
  char *more[count + loan_count + 1];
  memcpy(more, variables, count * sizeof *more);
  for (int i = 0; i < loan_count; i++) more[count + (size_t)i] = loans[i].ours;
  more[count + loan_count] = NULL;
  execve(program, words, more);
}

static void lend(int count, char **words, char **variables) {
  (void)count;
  char **place = named(variables, "OPENBLAS_NUM_THREADS=");
  if (place == NULL) place = unread(variables);
  if (place == NULL) return start_again(words, variables);
  put(&loans[threads_loan], place);
  if (!isatty(STDERR_FILENO) || named(variables, "SWIFT_BACKTRACE=") != NULL) return;
  place = unread(variables);
  if (place == NULL) return start_again(words, variables);
  put(&loans[backtrace_loan], place);
}

/// Called by the dynamic linker before all libraries' constructors.
__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = lend;

/// Runs after all libraries' constructors.
__attribute__((constructor)) static void put_back(void) {
  for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
    for (int i = 0; i < loan_count; i++) {
      if (*variable == loans[i].ours) *variable = loans[i].replaced;
    }
  }
}
