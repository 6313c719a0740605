/// Swift's backtracer reads in its library's own beginning what it shall do, and on a terminal it would wait for a key. So
/// that is said in the environment for as long as libraries begin: a variable that none of them reads then gives its place.
/// To start the program anew with a variable more, which would do as well, takes 14 of the first frame's 37 ms.
#include <string.h>
#include <unistd.h>

static char wish[] = "SWIFT_BACKTRACE=enable=yes,interactive=no,color=no";
/// What has given its place. Volatile: the compiler takes constructors to come first of all and would find nothing here.
static char *volatile displaced;

static int begins_with(const char *variable, const char *name) { return strncmp(variable, name, strlen(name)) == 0; }

/// Whether some library may want to know it when it begins.
static int is_needed(const char *variable) {
  static const char *const names[] = {"OPENBLAS", "GOTO", "OMP", "LD_", "MALLOC", "GLIBC", "SWIFT", "LIBDISPATCH", "CF"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (begins_with(variable, names[i])) return 1;
  }
  return 0;
}

static void say(int count, char **words, char **variables) {
  char **place = NULL;
  (void)count, (void)words;
  if (!isatty(STDERR_FILENO)) return;
  for (char **variable = variables; *variable != NULL; variable++) {
    if (begins_with(*variable, "SWIFT_BACKTRACE=")) return;  // whoever started us knows better
    if (!is_needed(*variable)) place = variable;
  }
  if (place == NULL) return;  // an empty environment: then it waits
  displaced = *place;
  *place = wish;
}

/// The dynamic linker calls this before all libraries' beginnings, and what follows after them.
__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = say;

__attribute__((constructor)) static void put_back(void) {
  for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
    if (*variable == wish) *variable = displaced;
  }
}
