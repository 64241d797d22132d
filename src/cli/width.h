/* Columns on a terminal. East Asian wide characters take two, combining marks and joiners none. Thread-safe.
 */
#ifndef SGNS_CLI_WIDTH_H
#define SGNS_CLI_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/* Those of a code point that is no control character: 0, 1 or 2. */
size_t width_of_point(uint32_t code_point);

/* Those of text[0 .. length) as text/show.h shows it. */
size_t width_of_text(const char *text, size_t length);

/* The columns of the terminal that standard error is: 80 if they are not known. It may change from call to
 * call, as the user resizes the window. */
size_t width_of_terminal(void);

#endif
