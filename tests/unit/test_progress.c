#include "cli/progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "harness.h"

/* --- fitting --- */

static const struct progress_part parts[] = {{"epoch 3/8", 2},      {"32%", 0},
                                             {"1.25M words/s", 3},  {"loss 2.345", 4},
                                             {"accuracy 81.2%", 5}, {"3m07s left", 1}};

#define PARTS (sizeof parts / sizeof *parts)

static void lines_by_hand(struct test *test) {
    const struct {
        size_t columns;
        double share;
        const char *line;
    } lines[] = {
        {200, 0.32,
         "[#######.................] epoch 3/8, 32%, 1.25M words/s, loss 2.345, accuracy 81.2%, 3m07s left"},
        {200, -1, "epoch 3/8, 32%, 1.25M words/s, loss 2.345, accuracy 81.2%, 3m07s left"},
        {79, 0.32, "[##.....] epoch 3/8, 32%, 1.25M words/s, loss 2.345, accuracy 81.2%, 3m07s left"},
        {69, 1, "epoch 3/8, 32%, 1.25M words/s, loss 2.345, accuracy 81.2%, 3m07s left"},
        {68, 1, "[############] epoch 3/8, 32%, 1.25M words/s, loss 2.345, 3m07s left"},
        {39, 0.5, "[#####.....] epoch 3/8, 32%, 3m07s left"},
        {26, 0.5, "epoch 3/8, 32%, 3m07s left"},
        {25, 0.5, "[###....] 32%, 3m07s left"},
        {15, 0.5, "32%, 3m07s left"},
        {14, 0, "[........] 32%"},
        {3, 0, "32%"},
        {2, 0, ""},
        {0, 0.5, ""},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char line[PROGRESS_LINE_MAX];
        progress_fit(line, parts, PARTS, lines[i].share, lines[i].columns);
        CHECK_MSG(test, strcmp(line, lines[i].line) == 0, "%zu: %s", lines[i].columns, line);
    }
}

/* No line is too wide, and a wider terminal never shows fewer parts. */
static void every_width(struct test *test) {
    size_t before = 0;
    for (size_t columns = 0; columns < 300; columns++) {
        char line[PROGRESS_LINE_MAX];
        size_t shown = 0;
        progress_fit(line, parts, PARTS, 0.7, columns);
        for (size_t i = 0; i < PARTS; i++)
            shown += strstr(line, parts[i].text) != NULL;
        CHECK_MSG(test, strlen(line) <= columns, "%zu: %s", columns, line);
        CHECK_MSG(test, shown >= before, "%zu: %s", columns, line);
        before = shown;
    }
    CHECK(test, before == PARTS);
}

/* --- on a terminal --- */

/* A terminal of our own in the place of standard error. */
struct terminal {
    int master, slave, standard_error;
};

static bool open_terminal(struct terminal *terminal) {
    terminal->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal->master < 0 || grantpt(terminal->master) != 0 || unlockpt(terminal->master) != 0)
        return false;
    const char *name = ptsname(terminal->master);
    terminal->slave = name != NULL ? open(name, O_RDWR | O_NOCTTY) : -1;
    terminal->standard_error = dup(STDERR_FILENO);
    return terminal->slave >= 0 && terminal->standard_error >= 0 && dup2(terminal->slave, STDERR_FILENO) >= 0;
}

static void close_terminal(const struct terminal *terminal) {
    (void)dup2(terminal->standard_error, STDERR_FILENO);
    close(terminal->standard_error);
    close(terminal->slave);
    close(terminal->master);
}

/* What a line of progress sends to a terminal of that many columns. */
static void draw(const struct terminal *terminal, struct progress *progress, unsigned short columns,
                 char *got, size_t size) {
    const struct winsize window = {.ws_row = 24, .ws_col = columns};
    const struct training_status status = {.words = 32000000,
                                           .words_total = 100000000,
                                           .time = 0.32,
                                           .epoch = 3,
                                           .recent = {.loss = 2.345, .accuracy = 0.812}};
    (void)ioctl(terminal->slave, TIOCSWINSZ, &window);
    progress->shown = -1e9;
    progress->started = progress_clock() - 25;
    progress_training(progress, &status);
    const ssize_t bytes = read(terminal->master, got, size - 1);
    got[bytes > 0 ? bytes : 0] = '\0';
}

static void a_terminal_that_is_resized(struct test *test) {
    struct terminal terminal;
    char got[1000];
    setenv("TERM", "xterm", 1);
    if (!open_terminal(&terminal)) {
        CHECK_MSG(test, true, "no terminal here");
        return;
    }
    struct progress progress = progress_create(false, 0, 8);
    progress_start(&progress);
    const bool live = progress.live;
    size_t wrong = 0;
    for (unsigned short columns = 200; columns >= 40; columns = (unsigned short)(columns - 20)) {
        draw(&terminal, &progress, columns, got, sizeof got);
        const size_t length = strlen(got), frame = sizeof "\r\033[K" - 1;
        wrong += got[0] != '\r' || strchr(got, '\n') != NULL || strstr(got, "32%, ") == NULL ||
                 length > columns - 1 + frame || strcmp(got + length - 3, "\033[K") != 0;
    }
    progress_clear(&progress);
    close_terminal(&terminal);
    CHECK(test, live);
    CHECK_MSG(test, wrong == 0, "%zu lines", wrong);
}

/* Plain lines, ever more seldom. */
static void a_dumb_terminal(struct test *test) {
    struct terminal terminal;
    char got[1000];
    setenv("TERM", "dumb", 1);
    if (!open_terminal(&terminal))
        return;
    struct progress progress = progress_create(false, 0, 8);
    progress_start(&progress);
    const double first = progress.pause;
    draw(&terminal, &progress, 40, got, sizeof got);
    const bool live = progress.live;
    close_terminal(&terminal);
    CHECK(test, !live && !progress.line_open);
    CHECK_MSG(test,
              strcmp(got, "epoch 3/8, 32%, 1.28M words/s, loss 2.345, accuracy 81.2%, 53s left\r\n") == 0,
              "%s", got);
    CHECK(test, progress.pause > 1.5 * first);
    setenv("TERM", "xterm", 1);
}

/* Reading, of a file and of a pipe, whose size is not known. */
static void reading(struct test *test) {
    const uint64_t sizes[] = {400000000, 0};
    const char *const lines[] = {"reading: 100 MB, 50 MB/s, 25%\r\n", "reading: 100 MB, 50 MB/s\r\n"};
    struct terminal terminal;
    char got[2][1000] = {"", ""};
    setenv("TERM", "dumb", 1);
    if (!open_terminal(&terminal))
        return;
    for (size_t i = 0; i < 2; i++) {
        struct progress progress = progress_create(false, sizes[i], 8);
        progress_start(&progress);
        progress.shown = -1e9;
        progress.started = progress_clock() - 2;
        progress_reading(&progress, 100000000, NULL);
        progress_reading(&progress, 100000001, NULL); /* too early for another line */
        const ssize_t bytes = read(terminal.master, got[i], sizeof got[i] - 1);
        got[i][bytes > 0 ? bytes : 0] = '\0';
    }
    close_terminal(&terminal);
    for (size_t i = 0; i < 2; i++)
        CHECK_MSG(test, strcmp(got[i], lines[i]) == 0, "%s", got[i]);
}

/* A live bar of the bytes read fits every terminal and follows its size; without a size there is no bar. */
static void a_bar_of_reading(struct test *test) {
    struct terminal terminal;
    char got[1000];
    size_t wrong = 0;
    setenv("TERM", "xterm", 1);
    if (!open_terminal(&terminal))
        return;
    for (unsigned short columns = 200; columns >= 40; columns = (unsigned short)(columns - 20)) {
        const struct winsize window = {.ws_row = 24, .ws_col = columns};
        const bool known = columns % 40 == 0;
        struct progress progress = progress_create(false, known ? 400000000 : 0, 8);
        (void)ioctl(terminal.slave, TIOCSWINSZ, &window);
        progress_start(&progress);
        progress.shown = -1e9;
        progress.started = progress_clock() - 2;
        progress_reading(&progress, 100000000, NULL);
        const ssize_t bytes = read(terminal.master, got, sizeof got - 1);
        got[bytes > 0 ? bytes : 0] = '\0';
        wrong += strlen(got) > columns - 1 + sizeof "\r\033[K" - 1 ||
                 strstr(got, "reading: 100 MB") == NULL || (strstr(got, "[#") != NULL) != known ||
                 (strstr(got, "25%") != NULL) != known;
    }
    close_terminal(&terminal);
    CHECK_MSG(test, wrong == 0, "%zu lines, the last is %s", wrong, got);
}

/* What a program reads, on a terminal and elsewhere: whole lines, one a second. */
static void for_programs(struct test *test) {
    struct terminal terminal;
    char got[3][1000] = {"", "", ""};
    setenv("TERM", "xterm", 1);
    if (!open_terminal(&terminal))
        return;
    struct progress progress = progress_create(false, 400000000, 8);
    progress_set_style(&progress, PROGRESS_JSON);
    progress_start(&progress);
    const double pause = progress.pause;
    draw(&terminal, &progress, 40, got[0], sizeof got[0]);
    progress.shown = -1e9;
    progress_reading(&progress, 100000000, NULL);
    ssize_t bytes = read(terminal.master, got[1], sizeof got[1] - 1);
    const struct output_field field = output_text("model", "a \"b\"", 5);
    progress_event(&progress, "wrote", &field, 1);
    bytes = bytes > 0 ? read(terminal.master, got[2], sizeof got[2] - 1) : bytes;
    const bool slower = progress.pause > pause;
    close_terminal(&terminal);
    CHECK(test, bytes > 0 && pause == 1 && !slower && !progress.live && !progress.line_open);
    CHECK_MSG(
        test,
        strncmp(got[0], "{\"event\": \"training\", \"seconds\": 25.", 36) == 0 &&
            strstr(got[0],
                   ", \"epoch\": 3, \"epochs\": 8, \"words\": 32000000, \"words_total\": 100000000, ") !=
                NULL &&
            strstr(got[0], "\"loss\": 2.345000, \"accuracy\": 0.812000}\r\n") != NULL,
        "%s", got[0]);
    CHECK_MSG(test, strstr(got[1], "\"bytes\": 100000000, \"bytes_total\": 400000000}\r\n") != NULL, "%s",
              got[1]);
    CHECK_MSG(test, strcmp(got[2], "{\"event\": \"wrote\", \"model\": \"a \\\"b\\\"\"}\r\n") == 0, "%s",
              got[2]);
}

/* Plain lines on a terminal that could do better, and no objects. */
static void plain_lines(struct test *test) {
    struct terminal terminal;
    char got[1000];
    setenv("TERM", "xterm", 1);
    if (!open_terminal(&terminal))
        return;
    struct progress progress = progress_create(false, 0, 8);
    progress_set_style(&progress, PROGRESS_PLAIN);
    progress_start(&progress);
    progress_event(&progress, "wrote", NULL, 0);
    draw(&terminal, &progress, 40, got, sizeof got);
    close_terminal(&terminal);
    CHECK_MSG(test, strncmp(got, "epoch 3/8, 32%, ", 16) == 0 && strchr(got, '\n') != NULL, "%s", got);
}

static const struct test_case cases[] = {
    {"progress: lines by hand", lines_by_hand},
    {"progress: every width", every_width},
    {"progress: a terminal that is resized", a_terminal_that_is_resized},
    {"progress: a dumb terminal", a_dumb_terminal},
    {"progress: reading", reading},
    {"progress: a bar of reading", a_bar_of_reading},
    {"progress: for programs", for_programs},
    {"progress: plain lines", plain_lines},
};
TEST_MAIN(cases)
