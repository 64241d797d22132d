#include "text/reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/threads.h"
#include "harness.h"

#define PIECES_MAX 32
#define FILES_MAX 4
#define THREADS 4
#define PATH_BYTES 4096

static const struct tokenizer_rules words = {.kind = TOKENIZER_WORDS};
static const struct tokenizer_rules whitespace = {.kind = TOKENIZER_WHITESPACE};

static void *allocate(size_t bytes) {
    void *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        abort();
    return memory;
}

/* --- texts --- */

struct text {
    unsigned char *bytes;
    size_t size;
};

/* `size` bytes of parts drawn from `atoms`; the last part is cut off. */
static struct text make_text(size_t size, const char *const *atoms, uint32_t count, uint64_t seed) {
    struct text text = {.bytes = allocate(size), .size = size};
    struct rng rng = rng_seed(seed, 0);
    for (size_t at = 0; at < size;) {
        const char *atom = atoms[rng_below(&rng, count)];
        const size_t left = size - at, length = strlen(atom) < left ? strlen(atom) : left;
        memcpy(text.bytes + at, atom, length);
        at += length;
    }
    return text;
}

static struct text lines(size_t size) {
    static const char *const atoms[] = {"word", "a",    "Été",      " ",  " ", "\n", "\r\n",       "it's",
                                        "中文", "\xff", "\xe4\xb8", ", ", "😀", "-",  "well-known", "\t"};
    return make_text(size, atoms, sizeof atoms / sizeof *atoms, size);
}

static struct text blanks_without_newlines(size_t size) {
    static const char *const atoms[] = {"word", "a", "Été",      " ",   "it's",
                                        "中文", "-", "\xf0\x9f", "x.y", "don’t"};
    return make_text(size, atoms, sizeof atoms / sizeof *atoms, size);
}

static struct text separators_without_blanks(size_t size) {
    static const char *const atoms[] = {"word", "a", "Été",      "/",   "it's",
                                        "中文", "-", "\xf0\x9f", "x.y", "don’t"};
    return make_text(size, atoms, sizeof atoms / sizeof *atoms, size);
}

static struct text characters_only(size_t size) {
    static const char *const atoms[] = {"中", "文", "é", "😀", "x"};
    return make_text(size, atoms, sizeof atoms / sizeof *atoms, size);
}

static void write_all(int descriptor, const struct text *text, size_t step) {
    struct rng rng = rng_seed(3, step);
    for (size_t at = 0; at < text->size;) {
        const size_t left = text->size - at, some = step > 0 ? 1 + rng_below(&rng, (uint32_t)step) : left;
        const ssize_t done = write(descriptor, text->bytes + at, some < left ? some : left);
        if (done <= 0)
            abort();
        at += (size_t)done;
    }
}

static void write_file(const char *path, const struct text *text) {
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (descriptor < 0)
        abort();
    write_all(descriptor, text, 0);
    close(descriptor);
}

/* --- what a reader gives --- */

struct taken {
    struct piece pieces[PIECES_MAX]; /* by order, with copies of their bytes */
    size_t size;
    uint64_t bytes; /* the reader's count */
    bool done;
    struct error error;
};

static void keep_piece(struct taken *taken, const struct piece *piece) {
    if (piece->order >= PIECES_MAX)
        abort();
    struct piece *kept = &taken->pieces[piece->order];
    *kept = *piece;
    kept->bytes = allocate(piece->size);
    memcpy(kept->bytes, piece->bytes, piece->size);
}

struct crew {
    struct reader reader;
    struct taken *taken;
    pthread_mutex_t lock;
};

static void take_some(void *context, size_t index) {
    struct crew *crew = context;
    struct piece piece = {.bytes = allocate(READER_PIECE_BYTES)};
    struct error error = {.kind = ERROR_NONE};
    bool done = true;
    (void)index;
    while ((done = reader_next(&crew->reader, &piece, &error)) && piece.size > 0) {
        pthread_mutex_lock(&crew->lock);
        keep_piece(crew->taken, &piece);
        crew->taken->size++;
        pthread_mutex_unlock(&crew->lock);
    }
    pthread_mutex_lock(&crew->lock);
    if (!done && crew->taken->done)
        crew->taken->error = error;
    crew->taken->done = crew->taken->done && done;
    pthread_mutex_unlock(&crew->lock);
    free(piece.bytes);
}

static struct taken *take_all(const char *const *paths, size_t count, struct tokenizer_rules rules,
                              size_t threads) {
    struct taken *taken = allocate(sizeof *taken);
    struct crew crew = {.taken = taken, .lock = PTHREAD_MUTEX_INITIALIZER};
    struct error error = {.kind = ERROR_NONE};
    memset(taken, 0, sizeof *taken);
    taken->done = true;
    if (!reader_create(&crew.reader, paths, count, rules, &error) ||
        !threads_run(threads, take_some, &crew, &error))
        abort();
    taken->bytes = crew.reader.bytes;
    reader_free(&crew.reader);
    return taken;
}

static void free_taken(struct taken *taken) {
    for (size_t i = 0; i < PIECES_MAX; i++)
        free(taken->pieces[i].bytes);
    free(taken);
}

/* --- checks --- */

/* The pieces from *next on are the bytes of one file, in order. */
static void check_bytes(struct test *test, const struct taken *taken, size_t *next, const char *path,
                        const struct text *text) {
    size_t at = 0;
    for (; *next < taken->size && taken->pieces[*next].path == path; ++*next) {
        const struct piece *piece = &taken->pieces[*next];
        CHECK_MSG(test, piece->order == *next && piece->offset == at, "piece %zu at %zu", *next, at);
        CHECK_MSG(test,
                  piece->size > 0 && piece->size <= READER_PIECE_BYTES && piece->size <= text->size - at,
                  "piece %zu: %zu bytes", *next, piece->size);
        if (piece->size > text->size - at)
            return;
        CHECK_MSG(test, memcmp(piece->bytes, text->bytes + at, piece->size) == 0, "piece %zu", *next);
        at += piece->size;
    }
    CHECK_MSG(test, at == text->size, "%zu of %zu bytes", at, text->size);
}

/* A piece ends where the tokenizer would cut a megabyte that starts with it. */
static void check_cuts(struct test *test, const struct taken *taken, const struct text *text,
                       struct tokenizer_rules rules) {
    for (size_t i = 0; i < taken->size; i++) {
        const size_t start = (size_t)taken->pieces[i].offset, left = text->size - start;
        bool inside = false;
        const size_t cut = left < READER_PIECE_BYTES
                               ? left
                               : tokenizer_cut(rules, text->bytes + start, READER_PIECE_BYTES, &inside);
        if (i + 1 < taken->size)
            CHECK_MSG(test, taken->pieces[i + 1].inside == inside, "piece %zu", i + 1);
        CHECK_MSG(test, taken->pieces[i].size == cut, "piece %zu: %zu bytes, not %zu", i,
                  taken->pieces[i].size, cut);
    }
}

/* The output of a tokenizer, summed up in a few numbers. */
struct digest {
    uint64_t words, newlines, hash;
};

static void digest_piece(struct digest *digest, struct tokenizer *tokenizer, const struct piece *piece,
                         struct tokenizer_rules rules) {
    tokenizer_start(tokenizer, rules, piece->bytes, piece->size, piece->offset);
    tokenizer->inside = piece->inside;
    for (;;) {
        const enum token_kind kind = tokenizer_next(tokenizer);
        if (kind == TOKEN_END)
            return;
        digest->words += kind == TOKEN_WORD;
        digest->newlines += kind == TOKEN_NEWLINE;
        for (size_t i = 0; kind == TOKEN_WORD && i < tokenizer->length; i++)
            digest->hash = (digest->hash ^ tokenizer->token[i]) * UINT64_C(0x100000001b3);
        digest->hash = (digest->hash ^ 0x100u ^ kind) * UINT64_C(0x100000001b3);
    }
}

static void check_tokens(struct test *test, const struct taken *taken, const struct text *text,
                         struct tokenizer_rules rules) {
    struct tokenizer parts = {.skipped = {0}}, whole = {.skipped = {0}};
    struct digest of_parts = {0}, of_whole = {0};
    for (size_t i = 0; i < taken->size; i++)
        digest_piece(&of_parts, &parts, &taken->pieces[i], rules);
    digest_piece(&of_whole, &whole, &(struct piece){.bytes = text->bytes, .size = text->size}, rules);
    CHECK(test, of_parts.words == of_whole.words && of_parts.newlines == of_whole.newlines);
    CHECK(test, of_parts.hash == of_whole.hash);
    CHECK(test, parts.skipped.ill_formed == whole.skipped.ill_formed &&
                    parts.skipped.ill_formed_first == whole.skipped.ill_formed_first &&
                    parts.skipped.overlong == whole.skipped.overlong);
}

static void check_file(struct test *test, const struct text *text, struct tokenizer_rules rules,
                       bool tokens) {
    char path[PATH_BYTES];
    const char *const paths[] = {test_path(path, sizeof path, "text")};
    size_t next = 0;
    write_file(path, text);
    struct taken *taken = take_all(paths, 1, rules, 1);
    CHECK_MSG(test, taken->done && taken->bytes == text->size, "%llu bytes",
              (unsigned long long)taken->bytes);
    check_bytes(test, taken, &next, path, text);
    CHECK_MSG(test, next == taken->size, "%zu of %zu pieces", next, taken->size);
    check_cuts(test, taken, text, rules);
    if (tokens)
        check_tokens(test, taken, text, rules);
    free_taken(taken);
    unlink(path);
}

/* --- tests --- */

static void sizes_around_a_piece(struct test *test) {
    const size_t sizes[] = {0, 1, 1000, READER_PIECE_BYTES - 1, READER_PIECE_BYTES, READER_PIECE_BYTES + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct text text = lines(sizes[i]);
        check_file(test, &text, words, true);
        free(text.bytes);
    }
}

/* With a newline as the last byte of the piece, nothing is left for the next one. */
static void newlines_at_the_end(struct test *test) {
    const size_t sizes[] = {1, 100, READER_PIECE_BYTES, 2 * READER_PIECE_BYTES};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct text text = lines(sizes[i]);
        text.bytes[text.size - 1] = '\n';
        if (text.size > READER_PIECE_BYTES)
            text.bytes[READER_PIECE_BYTES - 1] = '\n';
        check_file(test, &text, words, true);
        text.bytes[text.size - 1] = 'x';
        check_file(test, &text, words, true);
        free(text.bytes);
    }
}

static void cuts_within_no_token(struct test *test) {
    struct text texts[] = {lines(2500000), blanks_without_newlines(2500000),
                           separators_without_blanks(2500000)};
    check_file(test, &texts[0], words, true);
    check_file(test, &texts[0], whitespace, true);
    check_file(test, &texts[1], words, true);
    check_file(test, &texts[1], whitespace, true);
    check_file(test, &texts[2], words, true);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i].bytes);
}

/* Nothing separates words here, but characters are not split. */
static void cuts_within_no_character(struct test *test) {
    for (size_t i = 0; i < 4; i++) {
        struct text text = characters_only(READER_PIECE_BYTES + 1000 + i);
        struct tokenizer tokenizer = {.skipped = {0}};
        struct digest digest = {0};
        char path[PATH_BYTES];
        const char *const paths[] = {test_path(path, sizeof path, "text")};
        check_file(test, &text, whitespace, false);
        write_file(path, &text);
        struct taken *taken = take_all(paths, 1, words, 1);
        CHECK_MSG(test, taken->size == 2, "%zu", taken->size);
        digest_piece(&digest, &tokenizer, &taken->pieces[0], words);
        CHECK(test, tokenizer.skipped.ill_formed == 0);
        free_taken(taken);
        unlink(path);
        free(text.bytes);
    }
}

struct source {
    const char *path; /* of a named pipe, or NULL */
    int descriptor;   /* of one without */
    const struct text *text;
    size_t step;
    pthread_t thread;
};

static void *write_source(void *argument) {
    struct source *source = argument;
    const int descriptor = source->path != NULL ? open(source->path, O_WRONLY) : source->descriptor;
    if (descriptor < 0)
        abort();
    write_all(descriptor, source->text, source->step);
    close(descriptor);
    return NULL;
}

static void start_source(struct source *source) {
    if (pthread_create(&source->thread, NULL, write_source, source) != 0)
        abort();
}

static void check_same(struct test *test, const struct taken *a, const struct taken *b) {
    CHECK_MSG(test, a->done && b->done && a->size == b->size, "%zu and %zu", a->size, b->size);
    for (size_t i = 0; i < a->size && i < b->size; i++) {
        const struct piece *left = &a->pieces[i], *right = &b->pieces[i];
        CHECK_MSG(test, left->size == right->size && left->offset == right->offset && left->order == i, "%zu",
                  i);
        CHECK_MSG(test, left->size == right->size && memcmp(left->bytes, right->bytes, left->size) == 0,
                  "%zu", i);
    }
}

/* However slowly or quickly the bytes arrive, a pipe is cut like the file. */
static void a_pipe_is_cut_like_a_file(struct test *test) {
    const size_t steps[] = {500, 100000, 0};
    struct text text = lines(2200000);
    char path[PATH_BYTES], pipe_path[PATH_BYTES];
    const char *const paths[] = {test_path(path, sizeof path, "text")};
    const char *const pipe_paths[] = {test_path(pipe_path, sizeof pipe_path, "pipe")};
    write_file(path, &text);
    struct taken *of_file = take_all(paths, 1, words, 1);
    CHECK(test, of_file->size == 3);
    CHECK(test, mkfifo(pipe_path, 0666) == 0);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct source source = {.path = pipe_path, .text = &text, .step = steps[i]};
        start_source(&source);
        struct taken *of_pipe = take_all(pipe_paths, 1, words, 2);
        pthread_join(source.thread, NULL);
        check_same(test, of_file, of_pipe);
        free_taken(of_pipe);
    }
    free_taken(of_file);
    unlink(path);
    unlink(pipe_path);
    free(text.bytes);
}

static void standard_input(struct test *test) {
    const char *const paths[] = {"-"};
    struct text text = lines(1500000);
    int ends[2];
    size_t next = 0;
    const int before = dup(STDIN_FILENO);
    CHECK(test, pipe(ends) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    struct source source = {.descriptor = ends[1], .text = &text, .step = 5000};
    start_source(&source);
    struct taken *taken = take_all(paths, 1, words, 1);
    pthread_join(source.thread, NULL);
    CHECK(test, taken->done && taken->size == 2);
    check_bytes(test, taken, &next, paths[0], &text);
    CHECK(test, fcntl(STDIN_FILENO, F_GETFD) >= 0); /* the reader must not close it */
    close(ends[0]);
    if (before >= 0)
        dup2(before, STDIN_FILENO);
    close(before);
    free_taken(taken);
    free(text.bytes);
}

struct files {
    struct text texts[FILES_MAX];
    char names[FILES_MAX][PATH_BYTES];
    const char *paths[FILES_MAX];
};

/* The first file ends without a newline; the second is empty. */
static struct files *make_files(void) {
    const size_t sizes[FILES_MAX] = {1300000, 0, 10, 2300000};
    struct files *files = allocate(sizeof *files);
    for (size_t i = 0; i < FILES_MAX; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        files->texts[i] = lines(sizes[i]);
        files->paths[i] = test_path(files->names[i], PATH_BYTES, name);
        write_file(files->paths[i], &files->texts[i]);
    }
    return files;
}

static void free_files(struct files *files) {
    for (size_t i = 0; i < FILES_MAX; i++) {
        unlink(files->paths[i]);
        free(files->texts[i].bytes);
    }
    free(files);
}

static void check_files(struct test *test, size_t threads) {
    struct files *files = make_files();
    struct taken *taken = take_all(files->paths, FILES_MAX, words, threads);
    size_t next = 0;
    CHECK(test, taken->done && taken->bytes == 1300000 + 10 + 2300000);
    for (size_t i = 0; i < FILES_MAX; i++)
        check_bytes(test, taken, &next, files->paths[i], &files->texts[i]);
    CHECK_MSG(test, next == taken->size && taken->size == 6, "%zu of %zu", next, taken->size);
    uint64_t read = 0;
    for (size_t i = 0; i < taken->size; i++) {
        read += taken->pieces[i].size;
        CHECK_MSG(test, taken->pieces[i].read == read, "piece %zu: %llu", i,
                  (unsigned long long)taken->pieces[i].read);
    }
    free_taken(taken);
    free_files(files);
}

static void files_one_after_the_other(struct test *test) {
    check_files(test, 1);
}

static void threads_share_the_pieces(struct test *test) {
    check_files(test, THREADS);
}

static void the_end_stays_the_end(struct test *test) {
    char path[PATH_BYTES];
    const char *const paths[] = {test_path(path, sizeof path, "text")};
    struct error error = {.kind = ERROR_NONE};
    struct piece piece = {.bytes = allocate(READER_PIECE_BYTES)};
    struct reader reader;
    write_file(path, &(struct text){(unsigned char *)"last", 4});
    CHECK(test, reader_create(&reader, paths, 1, words, &error));
    CHECK(test, reader_next(&reader, &piece, &error) && piece.size == 4);
    CHECK(test, reader_next(&reader, &piece, &error) && piece.size == 0);
    CHECK(test, reader_next(&reader, &piece, &error) && piece.size == 0);
    reader_free(&reader);
    free(piece.bytes);
    unlink(path);
}

static int next_descriptor(void) {
    const int descriptor = dup(STDOUT_FILENO);
    close(descriptor);
    return descriptor;
}

static void no_descriptor_is_left_open(struct test *test) {
    struct files *files = make_files();
    const int before = next_descriptor();
    free_taken(take_all(files->paths, FILES_MAX, words, 1));
    CHECK(test, next_descriptor() == before);
    struct error error = {.kind = ERROR_NONE};
    struct piece piece = {.bytes = allocate(READER_PIECE_BYTES)};
    struct reader reader;
    CHECK(test, reader_create(&reader, files->paths, 1, words, &error));
    CHECK(test, reader_next(&reader, &piece, &error) && next_descriptor() > before);
    reader_free(&reader); /* in the middle of the file */
    CHECK(test, next_descriptor() == before);
    free(piece.bytes);
    free_files(files);
}

static void check_failure(struct test *test, const char *path, enum error_kind kind, const char *says) {
    char good[PATH_BYTES];
    const char *const paths[] = {test_path(good, sizeof good, "text"), path};
    write_file(good, &(struct text){(unsigned char *)"good", 4});
    struct taken *taken = take_all(paths, 2, words, 1);
    CHECK(test, !taken->done && taken->size == 1 && taken->error.kind == kind);
    CHECK_MSG(test, strncmp(taken->error.text, path, strlen(path)) == 0, "%s", taken->error.text);
    CHECK_MSG(test, strstr(taken->error.text, says) != NULL, "%s", taken->error.text);
    free_taken(taken);
    unlink(good);
}

static void files_that_cannot_be_read(struct test *test) {
    char path[PATH_BYTES];
    check_failure(test, test_path(path, sizeof path, "missing"), ERROR_INPUT, ": can't open: ");
    CHECK(test, mkdir(test_path(path, sizeof path, "folder"), 0777) == 0);
    check_failure(test, path, ERROR_SYSTEM, ": can't read: ");
    rmdir(path);
}

/* --- what is no part of a text, and what is none --- */

static void give_path(char *path, const char *name, const char *bytes, size_t size) {
    struct text text = {.bytes = allocate(size), .size = size};
    memcpy(text.bytes, bytes, size);
    write_file(test_path(path, PATH_BYTES, name), &text);
    free(text.bytes);
}

static void check_marked(struct test *test, const struct taken *taken, size_t piece, const char *text,
                         uint64_t offset) {
    const struct piece *got = &taken->pieces[piece];
    CHECK_MSG(test, got->size == strlen(text) && memcmp(got->bytes, text, got->size) == 0, "piece %zu",
              piece);
    CHECK_MSG(test, got->offset == offset, "piece %zu: %llu", piece, (unsigned long long)got->offset);
}

static void a_mark_is_no_part_of_the_text(struct test *test) {
    char paths[4][PATH_BYTES];
    give_path(paths[0], "marked", "\xef\xbb\xbfone", 6);
    give_path(paths[1], "only-marked", "\xef\xbb\xbf", 3);
    give_path(paths[2], "short", "\xef\xbb", 2);
    give_path(paths[3], "marked-later",
              "a\xef\xbb\xbf"
              "b",
              5);
    const char *const list[] = {paths[0], paths[1], paths[2], paths[3], paths[0]};
    struct taken *taken = take_all(list, 5, whitespace, 1);
    CHECK_MSG(test, taken->done && taken->size == 4 && taken->bytes == 22, "%zu", taken->size);
    check_marked(test, taken, 0, "one", 3);
    check_marked(test, taken, 1, "\xef\xbb", 0);
    check_marked(test, taken, 2,
                 "a\xef\xbb\xbf"
                 "b",
                 0);
    check_marked(test, taken, 3, "one", 3);
    free_taken(taken);
    for (size_t i = 0; i < 4; i++)
        unlink(paths[i]);
}

static void no_text_is_refused(struct test *test) {
    char path[PATH_BYTES];
    give_path(path, "wide",
              "\xff\xfe"
              "a\0b\0",
              6);
    const char *const list[] = {path};
    struct taken *taken = take_all(list, 1, words, 1);
    CHECK_MSG(test, !taken->done && taken->error.kind == ERROR_INPUT && taken->size == 0, "%zu", taken->size);
    CHECK_MSG(test, strstr(taken->error.text, "looks like UTF-16") != NULL, "%s", taken->error.text);
    free_taken(taken);
    unlink(path);
}

/* Reads a piece, changes the size of the file, and reads on. */
static bool read_while_it_changes(const char *path, off_t size, struct error *error) {
    const char *const list[] = {path};
    struct reader reader;
    struct piece piece = {.bytes = allocate(READER_PIECE_BYTES)};
    bool done = reader_create(&reader, list, 1, words, error) && reader_next(&reader, &piece, error);
    if (truncate(path, size) != 0)
        abort();
    while (done && piece.size > 0)
        done = reader_next(&reader, &piece, error);
    reader_free(&reader);
    free(piece.bytes);
    return done;
}

static void files_that_change(struct test *test) {
    char path[PATH_BYTES];
    struct text text = lines(3 * READER_PIECE_BYTES);
    struct error shorter = {.kind = ERROR_NONE}, longer = {.kind = ERROR_NONE};
    write_file(test_path(path, sizeof path, "changing"), &text);
    CHECK(test, read_while_it_changes(path, (off_t)(4 * READER_PIECE_BYTES), &longer));
    write_file(path, &text);
    CHECK(test, !read_while_it_changes(path, 2000000, &shorter));
    CHECK_MSG(test, shorter.kind == ERROR_INPUT && strstr(shorter.text, "became shorter while") != NULL, "%s",
              shorter.text);
    CHECK_MSG(test, strstr(shorter.text, "2000000 bytes, and 3145728 at") != NULL, "%s", shorter.text);
    unlink(path);
    free(text.bytes);
}

static const struct test_case cases[] = {
    {"reader: sizes around a piece", sizes_around_a_piece},
    {"reader: newlines at the end", newlines_at_the_end},
    {"reader: cuts within no token", cuts_within_no_token},
    {"reader: cuts within no character", cuts_within_no_character},
    {"reader: a pipe is cut like a file", a_pipe_is_cut_like_a_file},
    {"reader: standard input", standard_input},
    {"reader: files one after the other", files_one_after_the_other},
    {"reader: threads share the pieces", threads_share_the_pieces},
    {"reader: the end stays the end", the_end_stays_the_end},
    {"reader: no descriptor is left open", no_descriptor_is_left_open},
    {"reader: files that cannot be read", files_that_cannot_be_read},
    {"reader: a byte-order mark is no part of the text", a_mark_is_no_part_of_the_text},
    {"reader: what is no text is refused", no_text_is_refused},
    {"reader: files that change", files_that_change},
};

TEST_MAIN(cases)
