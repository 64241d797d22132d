#include "cli/options.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "cli/color.h"
#include "cli/common_options.h"
#include "cli/hints.h"

static bool bad_value(const struct option *option, const char *text, struct error *error) {
    if (option->type == OPTION_INTEGER)
        return error_set(error, ERROR_INPUT, "--%s takes a whole number from %.0f to %.0f, not \"%s\"",
                         option->name, option->min, option->max, text);
    return error_set(error, ERROR_INPUT, "--%s takes a number from %g to %g, not \"%s\"", option->name,
                     option->min, option->max, text);
}

const struct option *options_at(const struct option_table *const *tables, size_t index) {
    for (; *tables != NULL; index -= (*tables++)->count)
        if (index < (*tables)->count)
            return &(*tables)->options[index];
    return index < common_options.count ? &common_options.options[index] : NULL;
}

static bool is_common(const struct option *option) {
    return option >= common_options.options && option < common_options.options + common_options.count;
}

/* The names of the choices, separated by `between`. */
static const char *list_choices(const struct option *option, const char *between, char *names, size_t size) {
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; option->choices[i] != NULL && used < size; i++)
        used += (size_t)snprintf(names + used, size - used, "%s%s", i > 0 ? between : "", option->choices[i]);
    return names;
}

const char *options_value(const struct option *option, char *names, size_t size) {
    return option->choices != NULL ? list_choices(option, "|", names, size) : option->value;
}

static bool set_choice(const struct option *option, const char *text, size_t *value, struct error *error) {
    char names[256];
    for (size_t i = 0; option->choices[i] != NULL; i++)
        if (strcmp(option->choices[i], text) == 0) {
            *value = i;
            return true;
        }
    return error_set(error, ERROR_INPUT, "--%s takes one of %s, not \"%s\"", option->name,
                     list_choices(option, ", ", names, sizeof names), text);
}

static bool set_real(const struct option *option, const char *text, double *value, struct error *error) {
    return (number_real(text, value) && *value >= option->min && *value <= option->max) ||
           bad_value(option, text, error);
}

static bool set_value(const struct option *option, const char *text, void *settings, struct error *error) {
    void *place = (char *)settings + option->offset;
    switch (option->type) {
    case OPTION_FLAG:
        *(bool *)place = true;
        return true;
    case OPTION_INTEGER:
        if (!number_integer(text, place) || (double)*(uint64_t *)place < option->min ||
            (double)*(uint64_t *)place > option->max)
            return bad_value(option, text, error);
        return true;
    case OPTION_REAL:
        return set_real(option, text, place, error);
    case OPTION_MAYBE_REAL:
        ((struct option_real *)place)->given = true;
        return set_real(option, text, &((struct option_real *)place)->value, error);
    case OPTION_TEXT:
        *(const char **)place = text;
        return true;
    case OPTION_TEXTS: {
        struct option_texts *texts = place;
        if (!memory_reserve(&texts->values, &texts->capacity, texts->count + 1, "options", error))
            return false;
        texts->values[texts->count++] = text;
        return true;
    }
    case OPTION_CHOICE:
        return set_choice(option, text, place, error);
    case OPTION_MAYBE_CHOICE:
        ((struct option_choice *)place)->given = true;
        return set_choice(option, text, &((struct option_choice *)place)->value, error);
    }
    return false;
}

static bool is_named(const struct option *option, const char *name, size_t length, bool long_form) {
    return long_form ? strncmp(option->name, name, length) == 0 && option->name[length] == '\0'
                     : option->letter == name[0];
}

/* Whether `value`, right behind an option's letter, shows that no option was meant: -kid, but not -k10. */
static bool is_other_word(const struct option *option, const char *value) {
    return option->type == OPTION_INTEGER && *value != '\0' && (*value < '0' || *value > '9');
}

/* The option that `word` names: "--name", "--name=value", "-x" or "-xvalue". *value is the attached value, or
 * NULL. Long names behind one dash, as other programs have them, are not taken for a letter and a value. */
static const struct option *find_option(const struct option_table *const *tables, const char *word,
                                        bool signs, const char **value, struct error *error) {
    *value = NULL;
    const bool long_form = word[1] == '-';
    const char *name = word + 1 + long_form;
    const size_t length = long_form ? strcspn(name, "=") : 1;
    const bool mistaken = !long_form && hint_is_long_option(tables, name, strcspn(name, "="));
    const struct option *option;
    for (size_t i = 0; !mistaken && (option = options_at(tables, i)) != NULL; i++) {
        if (!is_named(option, name, length, long_form) ||
            (signs && !long_form && is_other_word(option, name + 1)))
            continue;
        if (name[length] != '\0')
            *value = name + length + long_form;
        return option;
    }
    hint_unknown_option(tables, word, signs, error);
    return NULL;
}

/* Where values go: those of the command's options, and those of the options that all commands have. */
struct places {
    void *settings;
    struct common_settings common;
};

static bool put_value(const struct option *option, const char *text, struct places *places,
                      struct error *error) {
    return set_value(option, text, is_common(option) ? &places->common : places->settings, error);
}

static bool set_defaults(const struct option_table *const *tables, struct places *places,
                         struct error *error) {
    const struct option *option;
    for (size_t i = 0; (option = options_at(tables, i)) != NULL; i++)
        if (option->fallback != NULL && !put_value(option, option->fallback, places, error))
            return false;
    return true;
}

/* Sets the option at argv[*next] and moves *next past it and its value. */
static bool take_option(const struct option_table *const *tables, bool signs, int argc, char **argv,
                        int *next, struct places *places, struct error *error) {
    const char *value;
    const struct option *option = find_option(tables, argv[(*next)++], signs, &value, error);
    if (option == NULL)
        return false;
    if (option->type == OPTION_FLAG) {
        if (value != NULL)
            return error_set(error, ERROR_INPUT, "--%s takes no value", option->name);
    } else if (value == NULL) {
        char names[256];
        if (*next == argc)
            return error_set(error, ERROR_INPUT, "--%s needs a value: --%s %s", option->name, option->name,
                             options_value(option, names, sizeof names));
        value = argv[(*next)++];
    }
    return put_value(option, value, places, error);
}

/* "-" alone or before a blank, as in the quoted expression "- man + king", is not an option. */
static bool is_operand(const char *word) {
    return word[0] != '-' || word[1] == '\0' || strchr(" \t\n\v\f\r", word[1]) != NULL;
}

static bool parse(const struct option_table *const *tables, bool signs, int *argc, char **argv,
                  void *settings, struct error *error) {
    struct places places = {.settings = settings};
    if (!set_defaults(tables, &places, error))
        return false;
    int operands = 0, next = 0;
    while (next < *argc) {
        if (strcmp(argv[next], "--") == 0) {
            next++;
            break;
        }
        if (is_operand(argv[next])) {
            argv[operands++] = argv[next++];
            continue;
        }
        if (!take_option(tables, signs, *argc, argv, &next, &places, error))
            return false;
    }
    while (next < *argc)
        argv[operands++] = argv[next++];
    *argc = operands;
    return color_choose((enum color_when)places.common.color, error);
}

bool options_parse(const struct option_table *const *tables, int *argc, char **argv, void *settings,
                   struct error *error) {
    return parse(tables, false, argc, argv, settings, error);
}

bool options_parse_signs(const struct option_table *const *tables, int *argc, char **argv, void *settings,
                         struct error *error) {
    return parse(tables, true, argc, argv, settings, error);
}

/* Prints a text in lines that begin at `column` and have at most 78 columns; the cursor is at column `at`. */
static void print_wrapped(const char *text, int at, int column, FILE *out) {
    const int width = 78;
    if (at >= column - 1)
        at = fprintf(out, "\n") - 1;
    for (const char *word = text; *word != '\0';) {
        const int length = (int)strcspn(word, " ");
        if (at > column && at + 1 + length > width)
            at = fprintf(out, "\n") - 1;
        at += at < column ? fprintf(out, "%*s", column - at, "") : fprintf(out, " ");
        at += fprintf(out, "%.*s", length, word);
        word += length;
        word += *word == ' ';
    }
    fprintf(out, "\n");
}

const char *options_text(const struct option *option, char *text, size_t size) {
    snprintf(text, size, "%s%s%s%s", option->help, option->fallback != NULL ? " (default " : "",
             option->fallback != NULL ? option->fallback : "", option->fallback != NULL ? ")" : "");
    return text;
}

/* "-o, --output FILE" with its help, and the help of each choice. */
static void help_one(const struct option *option, FILE *out) {
    const int column = 30;
    char names[256], text[512];
    int at = fprintf(out, "  %c%c%c --%s", option->letter != 0 ? '-' : ' ',
                     option->letter != 0 ? option->letter : ' ', option->letter != 0 ? ',' : ' ',
                     option->name);
    if (option->type != OPTION_FLAG)
        at += fprintf(out, " %s", options_value(option, names, sizeof names));
    print_wrapped(options_text(option, text, sizeof text), at, column, out);
    for (size_t i = 0; option->choice_help != NULL && option->choices[i] != NULL; i++) {
        snprintf(text, sizeof text, "%s: %s", option->choices[i], option->choice_help(i));
        print_wrapped(text, 0, column, out);
    }
}

void options_help(const struct option_table *const *tables, FILE *out) {
    const struct option *option;
    for (size_t i = 0; (option = options_at(tables, i)) != NULL; i++)
        help_one(option, out);
}
