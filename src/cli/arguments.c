#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

static bool is_phrase(const char *word) {
    return word[0] != '"' && word[strcspn(word, " \t\n\v\f\r")] != '\0';
}

char *arguments_join(int argc, char **argv, bool phrases, struct error *error) {
    size_t bytes = 1, used = 0;
    for (int i = 0; i < argc; i++)
        bytes += strlen(argv[i]) + 3;
    char *line = memory_allocate(bytes, 1, "the question", error);
    for (int i = 0; line != NULL && i < argc; i++) {
        const char *mark = phrases && is_phrase(argv[i]) ? "\"" : "";
        used += (size_t)snprintf(line + used, bytes - used, "%s%s%s%s", i > 0 ? " " : "", mark, argv[i],
                                 mark);
    }
    return line;
}
