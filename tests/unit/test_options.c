#include "cli/options.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "harness.h"

#define ARGUMENTS_MAX 12

struct settings {
    bool quiet, loud;
    uint64_t dim, count, wide;
    double rate;
    const char *output, *name;
    struct option_real limit;
    struct option_texts files;
    size_t mode, way;
};

#define AT(field) offsetof(struct settings, field)

static const char *const modes[] = {"slow", "fast", "fastest", NULL};

static const char *mode_help(size_t mode) {
    static const char *const lines[] = {"with care", "as usual",
                                        "in a hurry, whatever the cost may be for those who wait"};
    return lines[mode];
}

static const struct option options[] = {
    {.name = "quiet", .letter = 'q', .type = OPTION_FLAG, .help = "says less", .offset = AT(quiet)},
    {.name = "loud", .type = OPTION_FLAG, .help = "says more", .offset = AT(loud)},
    {.name = "dim",
     .letter = 'd',
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "100",
     .min = 1,
     .max = 4096,
     .help = "floats a vector",
     .offset = AT(dim)},
    {.name = "min-count",
     .type = OPTION_INTEGER,
     .value = "N",
     .max = 9e15,
     .help = "how many",
     .offset = AT(count)},
    {.name = "wide",
     .type = OPTION_INTEGER,
     .value = "N",
     .fallback = "3",
     .max = 18446744073709551615.0,
     .help = "any number",
     .offset = AT(wide)},
    {.name = "rate",
     .letter = 'r',
     .type = OPTION_REAL,
     .value = "X",
     .fallback = "0.05",
     .min = -1,
     .max = 1.5,
     .help = "a step",
     .offset = AT(rate)},
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .value = "FILE",
     .fallback = "-",
     .help = "the file to write",
     .offset = AT(output)},
    {.name = "name", .type = OPTION_TEXT, .value = "NAME", .help = "a name", .offset = AT(name)},
    {.name = "file",
     .letter = 'f',
     .type = OPTION_TEXTS,
     .value = "FILE",
     .help = "a file to read",
     .offset = AT(files)},
    {.name = "limit",
     .type = OPTION_MAYBE_REAL,
     .value = "X",
     .min = -5,
     .max = 5,
     .help = "none or one",
     .offset = AT(limit)},
    {.name = "mode",
     .letter = 'm',
     .type = OPTION_CHOICE,
     .fallback = "fast",
     .choices = modes,
     .choice_help = mode_help,
     .help = "how it is done",
     .offset = AT(mode)},
    {.name = "way", .type = OPTION_CHOICE, .choices = modes, .help = "the way", .offset = AT(way)},
};

/* In two tables, as commands have them that share options. */
static const struct option_table first = {options, 4};
static const struct option_table second = {options + 4, sizeof options / sizeof *options - 4};
static const struct option_table *const tables[] = {&first, &second, NULL};

struct parsed {
    struct settings settings;
    struct error error;
    char *argv[ARGUMENTS_MAX];
    int argc;
    bool done;
};

/* Parses `line`, cut at each '|' into arguments. `copy` is the text they point into. */
static struct parsed parse(const char *line, char *copy, size_t size) {
    struct parsed parsed = {.argc = 0};
    snprintf(copy, size, "%s", line);
    for (char *at = copy; *line != '\0' && parsed.argc < ARGUMENTS_MAX;) {
        parsed.argv[parsed.argc++] = at;
        at = strchr(at, '|');
        if (at == NULL)
            break;
        *at++ = '\0';
    }
    parsed.done = options_parse(tables, &parsed.argc, parsed.argv, &parsed.settings, &parsed.error);
    return parsed;
}

static void free_parsed(struct parsed *parsed) {
    free(parsed->settings.files.values);
}

static bool same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void defaults(struct test *test) {
    char copy[256];
    struct parsed parsed = parse("", copy, sizeof copy);
    const struct settings *settings = &parsed.settings;
    CHECK_MSG(test, parsed.done && parsed.argc == 0, "%s", parsed.error.text);
    CHECK(test, !settings->quiet && !settings->loud && settings->dim == 100 && settings->count == 0);
    CHECK(test, settings->wide == 3 && settings->rate == 0.05 && same(settings->output, "-"));
    CHECK(test,
          settings->name == NULL && settings->files.count == 0 && settings->mode == 1 && settings->way == 0);
    free_parsed(&parsed);
}

/* The operands of `line`, joined by '|'. */
static void check_operands(struct test *test, const char *line, const char *operands) {
    char copy[256], joined[256] = "";
    struct parsed parsed = parse(line, copy, sizeof copy);
    CHECK_MSG(test, parsed.done, "%s: %s", line, parsed.error.text);
    for (int i = 0; parsed.done && i < parsed.argc; i++) {
        const size_t used = strlen(joined);
        snprintf(joined + used, sizeof joined - used, "%s%s", i > 0 ? "|" : "", parsed.argv[i]);
    }
    CHECK_MSG(test, same(joined, operands), "%s: %s", line, joined);
    free_parsed(&parsed);
}

static void operands(struct test *test) {
    check_operands(test, "a", "a");
    check_operands(test, "a|b|c", "a|b|c");
    check_operands(test, "-q|a|--dim|7|b|--rate=1|c|-o|x|d|--loud", "a|b|c|d");
    check_operands(test, "a|-|b", "a|-|b");
    check_operands(test, "king|-|man|+|woman", "king|-|man|+|woman");
    check_operands(test, "||a|", "||a|");
    check_operands(test, "=|a=b|q", "=|a=b|q");
    check_operands(test, "\xe2\x88\x92q", "\xe2\x88\x92q");
}

static void a_minus_before_a_blank_is_an_operand(struct test *test) {
    check_operands(test, "- man + king", "- man + king");
    check_operands(test, "king|- man", "king|- man");
    check_operands(test, "- q", "- q");
    check_operands(test, "-q|- |-\t|-\n|-\r", "- |-\t|-\n|-\r");
    check_operands(test, "-\tman|--dim|5|- woman", "-\tman|- woman");
}

static void two_minuses_end_the_options(struct test *test) {
    check_operands(test, "--", "");
    check_operands(test, "-q|--", "");
    check_operands(test, "a|--|-q|--dim|--nonsense|-x", "a|-q|--dim|--nonsense|-x");
    check_operands(test, "--|--|-q", "--|-q");
    check_operands(test, "-o|--|a", "a");
    char copy[256];
    struct parsed parsed = parse("-o|--|--|-q", copy, sizeof copy);
    CHECK(test, parsed.done && same(parsed.settings.output, "--") && !parsed.settings.quiet);
    free_parsed(&parsed);
}

/* The settings after a line, in one text: quiet loud dim count wide rate output name mode way, then the
 * files. */
static void check_settings(struct test *test, const char *line, const char *expected) {
    char copy[256], text[512];
    struct parsed parsed = parse(line, copy, sizeof copy);
    const struct settings *settings = &parsed.settings;
    CHECK_MSG(test, parsed.done && parsed.argc == 0, "%s: %s", line, parsed.error.text);
    if (!parsed.done)
        return;
    int at = snprintf(text, sizeof text, "%d%d %llu %llu %llu %.9g %s %s %zu%zu", settings->quiet,
                      settings->loud, (unsigned long long)settings->dim, (unsigned long long)settings->count,
                      (unsigned long long)settings->wide, settings->rate, settings->output,
                      settings->name != NULL ? settings->name : "none", settings->mode, settings->way);
    for (size_t i = 0; i < settings->files.count; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, " %s", settings->files.values[i]);
    CHECK_MSG(test, same(text, expected), "%s: %s", line, text);
    free_parsed(&parsed);
}

static void each_type(struct test *test) {
    const char *const lines[][2] = {
        {"", "00 100 0 3 0.05 - none 10"},
        {"--quiet", "10 100 0 3 0.05 - none 10"},
        {"-q|--loud", "11 100 0 3 0.05 - none 10"},
        {"--dim|7", "00 7 0 3 0.05 - none 10"},
        {"--dim=7", "00 7 0 3 0.05 - none 10"},
        {"-d|7", "00 7 0 3 0.05 - none 10"},
        {"-d7", "00 7 0 3 0.05 - none 10"},
        {"--dim|0012", "00 12 0 3 0.05 - none 10"},
        {"--rate=1e-3", "00 100 0 3 0.001 - none 10"},
        {"-r|-0.5", "00 100 0 3 -0.5 - none 10"},
        {"-r-0.5", "00 100 0 3 -0.5 - none 10"},
        {"--output|a b", "00 100 0 3 0.05 a b none 10"},
        {"--output=a=b", "00 100 0 3 0.05 a=b none 10"},
        {"--output=", "00 100 0 3 0.05  none 10"},
        {"--output|", "00 100 0 3 0.05  none 10"},
        {"-oout", "00 100 0 3 0.05 out none 10"},
        {"-o|-q", "00 100 0 3 0.05 -q none 10"},
        {"--name|--dim", "00 100 0 3 0.05 - --dim 10"},
        {"--mode|slow|--way=fastest", "00 100 0 3 0.05 - none 02"},
        {"-mfastest", "00 100 0 3 0.05 - none 20"},
        {"-f|a|--file|b|-fc|--file=d", "00 100 0 3 0.05 - none 10 a b c d"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        check_settings(test, lines[i][0], lines[i][1]);
}

/* A number that was not given is told from zero. */
static void a_number_or_none(struct test *test) {
    const char *const lines[] = {"", "--limit=0", "--limit|-4.5", "--limit=6", "--limit=x"};
    const struct option_real values[] = {{false, 0}, {true, 0}, {true, -4.5}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char copy[256];
        const struct parsed parsed = parse(lines[i], copy, sizeof copy);
        CHECK_MSG(test, parsed.done == (i < 3), "%s", lines[i]);
        if (i >= 3)
            continue;
        const struct option_real limit = parsed.settings.limit;
        CHECK_MSG(test, limit.given == values[i].given && limit.value == values[i].value, "%s", lines[i]);
    }
}

static void the_ends_of_ranges_are_inside(struct test *test) {
    const char *const lines[][2] = {
        {"--dim=1", "00 1 0 3 0.05 - none 10"},
        {"--dim=4096", "00 4096 0 3 0.05 - none 10"},
        {"--min-count=0", "00 100 0 3 0.05 - none 10"},
        {"--min-count=9000000000000000", "00 100 9000000000000000 3 0.05 - none 10"},
        {"--wide=18446744073709551615", "00 100 0 18446744073709551615 0.05 - none 10"},
        {"--rate=-1", "00 100 0 3 -1 - none 10"},
        {"--rate=1.5", "00 100 0 3 1.5 - none 10"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        check_settings(test, lines[i][0], lines[i][1]);
}

static void the_last_one_counts(struct test *test) {
    check_settings(test, "--dim=7|-d|8|--dim|9", "00 9 0 3 0.05 - none 10");
    check_settings(test, "-q|-q|-oa|-ob", "10 100 0 3 0.05 b none 10");
    check_settings(test, "--mode=slow|--mode=fastest", "00 100 0 3 0.05 - none 20");
}

/* Texts given again and again keep their order, however many. */
static void many_texts(struct test *test) {
    char values[100][8], flag[] = "-f", *argv[200];
    struct settings settings = {0};
    struct error error = {.kind = ERROR_NONE};
    int argc = 200;
    for (size_t i = 0; i < 100; i++) {
        snprintf(values[i], sizeof values[i], "%zu", i);
        argv[2 * i] = flag;
        argv[2 * i + 1] = values[i];
    }
    CHECK_MSG(test, options_parse(tables, &argc, argv, &settings, &error), "%s", error.text);
    CHECK(test, settings.files.count == 100 && argc == 0);
    for (size_t i = 0; i < settings.files.count; i++)
        CHECK(test, settings.files.values[i] == values[i]);
    free(settings.files.values);
}

static void check_refusals(struct test *test, const char *const (*lines)[2], size_t count) {
    for (size_t i = 0; i < count; i++) {
        char copy[256];
        struct parsed parsed = parse(lines[i][0], copy, sizeof copy);
        CHECK_MSG(test, !parsed.done && parsed.error.kind == ERROR_INPUT, "%s", lines[i][0]);
        CHECK_MSG(test, same(parsed.error.text, lines[i][1]), "%s: %s", lines[i][0], parsed.error.text);
        free_parsed(&parsed);
    }
}

static void junk_and_out_of_range(struct test *test) {
    const char *const lines[][2] = {
        {"--dim=0", "--dim takes a whole number from 1 to 4096, not \"0\""},
        {"--dim=4097", "--dim takes a whole number from 1 to 4096, not \"4097\""},
        {"-d|-1", "--dim takes a whole number from 1 to 4096, not \"-1\""},
        {"--dim|7x", "--dim takes a whole number from 1 to 4096, not \"7x\""},
        {"--dim| 7", "--dim takes a whole number from 1 to 4096, not \" 7\""},
        {"--dim|1e2", "--dim takes a whole number from 1 to 4096, not \"1e2\""},
        {"--dim=", "--dim takes a whole number from 1 to 4096, not \"\""},
        {"--dim|", "--dim takes a whole number from 1 to 4096, not \"\""},
        {"-d=7", "--dim takes a whole number from 1 to 4096, not \"=7\""},
        {"--dim|18446744073709551617",
         "--dim takes a whole number from 1 to 4096, not \"18446744073709551617\""},
        {"--min-count|9000000000000001",
         "--min-count takes a whole number from 0 to 9000000000000000, not \"9000000000000001\""},
        {"--rate=1.50001", "--rate takes a number from -1 to 1.5, not \"1.50001\""},
        {"--rate|-1.0000001", "--rate takes a number from -1 to 1.5, not \"-1.0000001\""},
        {"--rate=nan", "--rate takes a number from -1 to 1.5, not \"nan\""},
        {"--rate=0,5", "--rate takes a number from -1 to 1.5, not \"0,5\""},
        {"--rate=", "--rate takes a number from -1 to 1.5, not \"\""},
        {"--mode=Fast", "--mode takes one of slow, fast, fastest, not \"Fast\""},
        {"--mode=fas", "--mode takes one of slow, fast, fastest, not \"fas\""},
        {"--mode|1", "--mode takes one of slow, fast, fastest, not \"1\""},
        {"--mode=", "--mode takes one of slow, fast, fastest, not \"\""},
        {"a|-q|--dim|5|--dim|six|b", "--dim takes a whole number from 1 to 4096, not \"six\""},
    };
    check_refusals(test, lines, sizeof lines / sizeof *lines);
}

static void values_missing_or_too_many(struct test *test) {
    const char *const lines[][2] = {
        {"--dim", "--dim needs a value: --dim N"},
        {"-d", "--dim needs a value: --dim N"},
        {"a|-q|-r", "--rate needs a value: --rate X"},
        {"--output", "--output needs a value: --output FILE"},
        {"-f|a|-f", "--file needs a value: --file FILE"},
        {"--mode", "--mode needs a value: --mode slow|fast|fastest"},
        {"--quiet=1", "--quiet takes no value"},
        {"--quiet=", "--quiet takes no value"},
        {"-q1", "--quiet takes no value"},
        {"-qd", "--quiet takes no value"},
    };
    check_refusals(test, lines, sizeof lines / sizeof *lines);
}

static void unknown_options(struct test *test) {
    const char *const lines[][2] = {
        {"--dmi", "unknown option --dmi; did you mean --dim?"},
        {"--output-file", "unknown option --output-file; --help lists the options"},
        {"--ouput=x", "unknown option --ouput; did you mean --output?"},
        {"--outputs", "unknown option --outputs; did you mean --output?"},
        {"--outpu", "unknown option --outpu; did you mean --output?"},
        {"--Quiet", "unknown option --Quiet: here it is --quiet"},
        {"--min-co", "unknown option --min-co; did you mean --min-count?"},
        {"--min-c", "unknown option --min-c; did you mean --min-count?"},
        {"--outxyz", "unknown option --outxyz; --help lists the options"},
        {"--ouwxyz", "unknown option --ouwxyz; --help lists the options"},
        {"--dimxdim", "unknown option --dimxdim; --help lists the options"},
        {"--queit|5", "unknown option --queit; did you mean --quiet?"},
        {"--nonsense", "unknown option --nonsense; --help lists the options"},
        {"-x", "unknown option -x; --help lists the options"},
        {"-x5", "unknown option -x5; --help lists the options"},
        {"--d", "unknown option --d; --help lists the options"},
        {"--=5", "unknown option --; --help lists the options"},
        {"---", "unknown option ---; --help lists the options"},
        {"a|--dim|5|--loudly|b", "unknown option --loudly; did you mean --loud?"},
    };
    check_refusals(test, lines, sizeof lines / sizeof *lines);
}

/* --- help --- */

static char *help_of(const struct option_table *const *of) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        abort();
    options_help(of, out);
    if (fclose(out) != 0 || text == NULL)
        abort();
    return text;
}

static void help_names_everything(struct test *test) {
    const char *const lines[] = {
        "  -q, --quiet                 says less\n",
        "      --loud                  says more\n",
        "  -d, --dim N                 floats a vector (default 100)\n",
        "  -r, --rate X                a step (default 0.05)\n",
        "  -o, --output FILE           the file to write (default -)\n",
        "      --name NAME             a name\n",
        "  -f, --file FILE             a file to read\n",
        "  -m, --mode slow|fast|fastest\n                              how it is done (default fast)\n",
        "                              slow: with care\n                              fast: as usual\n",
        "  -h, --help                  print this help\n",
        "fastest: in a hurry, whatever the cost may be\n                              for those who wait\n",
    };
    char *text = help_of(tables);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK_MSG(test, strstr(text, lines[i]) != NULL, "%s in\n%s", lines[i], text);
    free(text);
}

/* The longest line of a text. */
static size_t widest(const char *text) {
    size_t most = 0;
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        most = length > most ? length : most;
        text += length + (text[length] == '\n');
    }
    return most;
}

/* Texts of every length, so that each word ends once at the edge. */
static void help_breaks_its_lines(struct test *test) {
    const char *const words =
        "a bb ccc dddd eeeee ffffff ggggggg hh i jjj kkkk lllll mm n oooo ppp qqqqqq r sssssss "
        "tt uuu v wwwww xxxx yy z aaaa bbb cc d eeeee fff gggg hhhhh ii jjjj kk lllll m nnn";
    for (size_t length = 1; length <= strlen(words); length++) {
        char help[256], joined[512] = "";
        snprintf(help, sizeof help, "%.*s", (int)length, words);
        const struct option option = {
            .name = "some-name", .type = OPTION_TEXT, .value = "VALUE", .fallback = "10", .help = help};
        const struct option_table one = {&option, 1}, *const tables_of_one[] = {&one, NULL};
        char *text = help_of(tables_of_one);
        CHECK_MSG(test, widest(text) <= 78 && text[strlen(text) - 1] == '\n', "%s", text);
        /* All words are there, in order, and the options of all commands behind them. */
        char *common = strstr(text, "      --color auto|always|never\n");
        CHECK_MSG(test, common != NULL && strstr(common, "\n  -h, --help  ") != NULL, "%s", text);
        if (common != NULL)
            *common = '\0';
        size_t used = 0;
        for (const char *word = text + strspn(text, " "); *word != '\0'; word += strspn(word, " \n")) {
            const size_t letters = strcspn(word, " \n");
            used += (size_t)snprintf(joined + used, sizeof joined - used, "%.*s ", (int)letters, word);
            word += letters;
        }
        char expected[512];
        snprintf(expected, sizeof expected, "--some-name VALUE %s%s(default 10) ", help,
                 help[length - 1] == ' ' ? "" : " ");
        CHECK_MSG(test, same(joined, expected), "%s", text);
        free(text);
    }
}

/* Names of every length, up to the column of the help and beyond it. */
static void help_keeps_its_column(struct test *test) {
    for (size_t length = 1; length < 60; length++) {
        char name[64] = "";
        memset(name, 'n', length);
        const struct option option = {.name = name, .letter = 'x', .type = OPTION_FLAG, .help = "helps"};
        const struct option_table one = {&option, 1}, *const tables_of_one[] = {&one, NULL};
        char *text = help_of(tables_of_one);
        const char *help = strstr(text, "helps\n"), *start = help;
        while (start != NULL && start > text && start[-1] != '\n')
            start--;
        CHECK_MSG(test, help != NULL && help - start == 30 && strncmp(help - 2, "  ", 2) == 0, "%s", text);
        CHECK_MSG(test, strncmp(text, "  -x, --n", 9) == 0 && strstr(text, name) != NULL, "%s", text);
        free(text);
    }
}

/* Names that outgrow any room for them are cut, and nothing else is harmed. */
static void very_many_choices(struct test *test) {
    char name[] = "a-long-name-of-a-choice";
    const char *choices[41] = {NULL};
    for (size_t i = 0; i < 40; i++)
        choices[i] = name;
    const struct option option = {.name = "mode", .type = OPTION_CHOICE, .choices = choices, .help = "how"};
    const struct option_table one = {&option, 1}, *const tables_of_one[] = {&one, NULL};
    char *text = help_of(tables_of_one), mode[] = "--mode", none[] = "none", *argv[] = {mode, none};
    CHECK(test, strncmp(text, "      --mode a-long-name-of-a-choice|a-long-", 44) == 0);
    free(text);
    struct error error = {.kind = ERROR_NONE};
    size_t value = 0;
    int argc = 2;
    CHECK(test, !options_parse(tables_of_one, &argc, argv, &value, &error));
    CHECK_MSG(test, strstr(error.text, "not \"none\"") != NULL, "%s", error.text);
    error = (struct error){.kind = ERROR_NONE};
    argc = 1;
    CHECK(test, !options_parse(tables_of_one, &argc, argv, &value, &error) && error.kind == ERROR_INPUT);
}

/* --- the tables of the program --- */

/* The option of that number, counted through all tables; NULL beyond the last. */
static const struct option *option_at(const struct command *command, size_t number) {
    for (size_t t = 0; command->tables[t] != NULL; number -= command->tables[t++]->count)
        if (number < command->tables[t]->count)
            return &command->tables[t]->options[number];
    return NULL;
}

static void check_option(struct test *test, const struct command *command, const struct option *option) {
    const bool number = option->type == OPTION_INTEGER || option->type == OPTION_REAL ||
                        option->type == OPTION_MAYBE_REAL;
    CHECK_MSG(test, strcmp(option->name, "help") != 0 && option->letter != 'h', "%s", command->name);
    CHECK_MSG(test, option->help != NULL && option->help[0] != '\0', "%s --%s", command->name, option->name);
    CHECK_MSG(test, (option->value == NULL) == (option->type == OPTION_FLAG || option->choices != NULL),
              "%s --%s", command->name, option->name);
    CHECK_MSG(test,
              (option->choices != NULL) ==
                  (option->type == OPTION_CHOICE || option->type == OPTION_MAYBE_CHOICE),
              "%s --%s", command->name, option->name);
    CHECK_MSG(test, (option->min < option->max) == number, "%s --%s", command->name, option->name);
}

/* No two options of a command have one name or letter, and none has help's. */
static void check_tables(struct test *test, const struct command *command) {
    const struct option *option, *other;
    for (size_t i = 0; (option = option_at(command, i)) != NULL; i++) {
        check_option(test, command, option);
        for (size_t j = 0; j < i && (other = option_at(command, j)) != NULL; j++) {
            CHECK_MSG(test, strcmp(option->name, other->name) != 0 && option->offset != other->offset,
                      "%s --%s", command->name, option->name);
            CHECK_MSG(test, option->letter == 0 || option->letter != other->letter, "%s -%c", command->name,
                      option->letter);
        }
    }
}

static void check_command(struct test *test, const struct command *command) {
    char *text = help_of(command->tables);
    CHECK_MSG(test, widest(text) <= 80, "%s: %s", command->name, text);
    free(text);
    CHECK_MSG(test, command->details == NULL || widest(command->details) <= 80, "%s", command->details);
    CHECK_MSG(test, strlen("usage: sgns  ") + strlen(command->name) + strlen(command->arguments) <= 80, "%s",
              command->arguments);
    CHECK_MSG(test, widest(command->summary) <= 80, "%s", command->summary);
    check_tables(test, command);
    /* Defaults are values like any other. */
    union {
        char bytes[4096];
        uint64_t aligned;
    } settings = {{0}};
    struct error error = {.kind = ERROR_NONE};
    int argc = 0;
    const struct option *option;
    for (size_t i = 0; (option = option_at(command, i)) != NULL; i++)
        if (option->offset + sizeof(struct option_texts) > sizeof settings)
            abort();
    CHECK_MSG(test, options_parse(command->tables, &argc, NULL, &settings, &error), "%s: %s", command->name,
              error.text);
}

static void the_commands(struct test *test) {
    const struct command *const commands[] = {&command_train,
                                              &command_near,
                                              &command_analogy,
                                              &command_similarity,
                                              &command_odd,
                                              &command_vector,
                                              &command_cluster,
                                              &command_embed,
                                              &command_search,
                                              &command_eval,
                                              &command_export,
                                              &command_info,
                                              NULL};
    for (size_t i = 0; commands[i] != NULL; i++)
        check_command(test, commands[i]);
}

static const struct test_case cases[] = {
    {"options: defaults", defaults},
    {"options: operands", operands},
    {"options: a minus before a blank is an operand", a_minus_before_a_blank_is_an_operand},
    {"options: two minuses end the options", two_minuses_end_the_options},
    {"options: each type", each_type},
    {"options: a number or none", a_number_or_none},
    {"options: the ends of ranges are inside", the_ends_of_ranges_are_inside},
    {"options: the last one counts", the_last_one_counts},
    {"options: many texts", many_texts},
    {"options: junk and out of range", junk_and_out_of_range},
    {"options: values missing or too many", values_missing_or_too_many},
    {"options: unknown options", unknown_options},
    {"options: help names everything", help_names_everything},
    {"options: help breaks its lines", help_breaks_its_lines},
    {"options: help keeps its column", help_keeps_its_column},
    {"options: very many choices", very_many_choices},
    {"options: the tables of the commands", the_commands},
};

TEST_MAIN(cases)
