#include "cli/completion_parts.h"

#include <string.h>

/* Texts are files, but for these and those of a single letter. */
static const char *const not_files[] = {"WORD", "QUERY", "NAME", "OPTION"};

static bool is_name(const char *text, size_t length, const char *name) {
    return strlen(name) == length && strncmp(text, name, length) == 0;
}

static enum completion_kind kind_of(const char *name, size_t length) {
    if (is_name(name, length, "COMMAND"))
        return COMPLETION_COMMANDS;
    for (size_t i = 0; i < sizeof not_files / sizeof *not_files; i++)
        if (is_name(name, length, not_files[i]))
            return COMPLETION_NOTHING;
    return length > 1 ? COMPLETION_FILES : COMPLETION_NOTHING;
}

enum completion_kind completion_value_kind(const struct option *option) {
    return option->type == OPTION_TEXT || option->type == OPTION_TEXTS
               ? kind_of(option->value, strlen(option->value))
               : COMPLETION_NOTHING;
}

const char *completion_choice(const struct option *option, size_t index) {
    if (option->suggest != NULL)
        return option->suggest(index);
    return option->choices != NULL ? option->choices[index] : NULL;
}

/* Whether word[0 .. length), dashes and all, is an option that takes a value. */
static bool takes_value(const struct command *command, const char *word, size_t length) {
    const struct option *option;
    for (size_t i = 0; (option = options_at(command->tables, i)) != NULL; i++)
        if (option->type != OPTION_FLAG && ((length == 2 && word[1] == option->letter) ||
                                            (length > 2 && is_name(word + 2, length - 2, option->name))))
            return true;
    return false;
}

bool completion_operand(const struct command *command, size_t number, struct completion_operand *operand) {
    bool value = false; /* the next word is that of an option */
    for (const char *at = command->arguments; *at != '\0';) {
        at += strspn(at, " [|");
        const char *word = at;
        const size_t length = strcspn(at, " .]");
        at += length;
        *operand = (struct completion_operand){.name = word, .length = (int)length};
        operand->repeated = strncmp(at, "...", 3) == 0;
        operand->kind = kind_of(word, length);
        at += strcspn(at, " ");
        const bool option = length > 0 && word[0] == '-', named = !option && !value;
        value = option && takes_value(command, word, length);
        if (named && length > 0 && !is_name(word, length, "OPTION") && number-- == 0)
            return true;
    }
    return false;
}

void completion_print(const char *text, const char *special, const char *quotation, FILE *out) {
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs(quotation, out);
        else
            fprintf(out, "%s%c", strchr(special, *text) != NULL ? "\\" : "", *text);
}
