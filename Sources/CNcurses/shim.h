/// ncurses for Swift: its macros and globals as functions. The only header that knows ncurses.
#pragma once
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <signal.h>
#include <stdint.h>
#include <term.h>

static inline WINDOW *nc_screen(void) { return stdscr; }
static inline int nc_colors(void) { return COLORS; }
static inline int nc_color_pairs(void) { return COLOR_PAIRS; }

/// A screen on a file. Signals that ncurses would catch for itself stay as they were: another thread's stops and ends are
/// not its business.
static inline SCREEN *nc_open(const char *type, FILE *file) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
  struct sigaction before[4];
  for (int i = 0; i < 4; i++) sigaction(numbers[i], NULL, &before[i]);
  SCREEN *screen = newterm(type, file, file);
  for (int i = 0; i < 4; i++) sigaction(numbers[i], &before[i], NULL);
  return screen;
}

static const attr_t nc_bold = A_BOLD;
static const attr_t nc_dim = A_DIM;
static const attr_t nc_underline = A_UNDERLINE;
static const attr_t nc_reverse = A_REVERSE;

/// Puts one character of one column. The pair is an int, handed on in `opts`: a short can't hold all 65,536.
static inline void nc_put(int row, int column, uint32_t glyph, attr_t attributes, int pair) {
  wchar_t text[2] = {(wchar_t)glyph, 0};
  cchar_t cell;
  if (setcchar(&cell, text, attributes, 0, &pair) == OK) mvwadd_wchnstr(stdscr, row, column, &cell, 1);
}

int wcwidth(wchar_t glyph);  // <wchar.h> shows it to XSI programs only

/// Columns a character fills; -1 when it cannot be written in this locale.
static inline int nc_width(uint32_t glyph) { return wcwidth((wchar_t)glyph); }
