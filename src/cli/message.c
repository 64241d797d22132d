#include "cli/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"

void message_begin(enum color color, const char *command) {
    fprintf(stderr, "%ssgns%s%s:%s ", color_of(color, stderr), *command != '\0' ? " " : "", command,
            color_of(COLOR_PLAIN, stderr));
}

static void print_line(enum color color, const char *command, const char *text) {
    message_begin(color, command);
    output_shown(text, strlen(text), stderr);
    fputc('\n', stderr);
}

void message_warn(const char *command, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_line(COLOR_WARNING, command, text);
}

void message_error(const char *command, const struct error *error) {
    if (error->text[0] != '\0')
        print_line(COLOR_ERROR, command, error->text);
}
