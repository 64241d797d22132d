#include "cli/bus_error.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* Only what signal-safety(7) lists may be called from here on. */

#define LINE_BYTES 4352 /* a path of the longest kind and what stands before it */

/* Reads a hexadecimal number and moves *at behind it. */
static uintptr_t read_address(const char **at) {
    uintptr_t address = 0;
    for (;; ++*at) {
        const char digit = **at;
        if (digit >= '0' && digit <= '9')
            address = 16 * address + (uintptr_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            address = 16 * address + (uintptr_t)(digit - 'a') + 10;
        else
            return address;
    }
}

/* A line of /proc/self/maps: "7f0c4000-7f0c5000 r--s 00000000 fe:00 1234   /home/ada/words.sgns". */
static bool line_has(const char *line, uintptr_t address) {
    const uintptr_t first = read_address(&line);
    line += *line == '-';
    return first <= address && address < read_address(&line);
}

/* The next line, without its newline and cut to its size; false at the end. */
static bool read_line(int descriptor, char line[LINE_BYTES]) {
    size_t used = 0;
    char byte;
    ssize_t got;
    while ((got = read(descriptor, &byte, 1)) == 1 && byte != '\n')
        if (used < LINE_BYTES - 1)
            line[used++] = byte;
    line[used] = '\0';
    return got == 1;
}

static void print(const char *text) {
    (void)!write(STDERR_FILENO, text, strlen(text));
}

static void print_file(uintptr_t address) {
    char line[LINE_BYTES];
    const int descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    bool found = false;
    while (descriptor >= 0 && !found && read_line(descriptor, line))
        found = line_has(line, address);
    const char *path = found ? strchr(line, '/') : NULL;
    print(path != NULL ? path : "a file");
}

static void wait_for_the_end(int number) {
    (void)number;
    for (;;)
        pause();
}

/* Several threads may fault at once: the first one to set the next handler speaks, and the others wait. */
static void explain(int number, siginfo_t *info, void *context) {
    (void)context;
    const struct sigaction next = {.sa_handler = wait_for_the_end};
    struct sigaction current;
    if (sigaction(number, &next, &current) == 0 && current.sa_handler == wait_for_the_end)
        wait_for_the_end(number);
    print("sgns: ");
    print_file((uintptr_t)info->si_addr);
    print(": was cut short or overwritten while it was in use; run the command again\n");
    _exit(ERROR_SYSTEM);
}

void bus_error_explain(void) {
    const struct sigaction action = {.sa_sigaction = explain, .sa_flags = SA_SIGINFO};
    (void)sigaction(SIGBUS, &action, NULL);
}
