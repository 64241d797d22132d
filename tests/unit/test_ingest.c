#include "text/ingest.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "harness.h"
#include "text/reader.h"

#define PATH_BYTES 4096
#define FILES_MAX 3
#define WORD_MAX 16
#define LINE_MAX 150 /* words */
#define LINE_BYTES ((size_t)LINE_MAX * WORD_MAX)
#define WORDS 4000
#define TEXT_BYTES ((size_t)2300000) /* pieces of a megabyte: three */
#define PLENTY (UINT64_MAX / 2)
#define END STREAM_SENTENCE_END

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        abort();
    return memory;
}

static const char *scratch_folder(void) {
    const char *folder = getenv("TMPDIR");
    return folder != NULL ? folder : "/tmp";
}

static void write_file(const char *path, const char *mode, const void *bytes, size_t size) {
    FILE *file = fopen(path, mode);
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static struct ingest_options plain_options(const char *const *paths, size_t path_count) {
    return (struct ingest_options){.paths = paths,
                                   .path_count = path_count,
                                   .rules = {.kind = TOKENIZER_WORDS},
                                   .min_count = 1,
                                   .max_sentence = 1000,
                                   .threads = 1,
                                   .memory_limit = PLENTY,
                                   .folder = scratch_folder()};
}

/* The whole stream, including sentence ends. */
struct ids {
    uint32_t *ids;
    size_t size;
};

static struct ids flatten(struct test *test, const struct stream *stream) {
    struct error error = {.kind = ERROR_NONE};
    struct ids flat = {.size = 0};
    size_t all = 0;
    uint32_t *room = allocate(stream->chunk_max, sizeof *room);
    for (size_t i = 0; i < stream->size; i++)
        all += stream->chunks[i].size;
    flat.ids = allocate(all, sizeof *flat.ids);
    for (size_t i = 0; i < stream->size; i++) {
        const uint32_t *ids = stream_read(stream, i, room, &error);
        CHECK_MSG(test, ids != NULL, "%s", error.text);
        if (ids == NULL)
            break;
        memcpy(flat.ids + flat.size, ids, stream->chunks[i].size * sizeof *ids);
        flat.size += stream->chunks[i].size;
    }
    free(room);
    return flat;
}

/* --- a large corpus, of words by number, and what should come of it --- */

struct sample {
    char *text; /* (size) */
    size_t size, capacity;
    uint32_t *tokens; /* (token_count) word numbers, with END after every line that has words */
    size_t token_count;
    uint64_t counts[WORDS], first[WORDS];
};

/* The number in letters, some of them outside ASCII. */
static size_t spell(uint32_t number, char *word) {
    size_t length = 0;
    for (uint32_t rest = number + 1; rest > 0; rest /= 24)
        word[length++] = (char)('a' + rest % 24);
    if (number % 5 == 0) {
        word[length++] = (char)0xc3; /* e with an acute accent */
        word[length++] = (char)0xa9;
    }
    return length;
}

/* Half of the words are frequent, the first ones most; the others are so rare that many have the same count
 * and appear in a single piece. */
static uint32_t draw_word(struct rng *rng) {
    const float unit = rng_unit(rng);
    return rng_below(rng, 100) == 0 ? WORDS / 2 + rng_below(rng, WORDS / 2)
                                    : (uint32_t)(unit * unit * unit * unit * (WORDS / 2.0F));
}

/* Some words are capitalized. */
static void add_word(struct sample *sample, struct rng *rng) {
    const uint32_t number = draw_word(rng);
    char *word = sample->text + sample->size;
    sample->size += spell(number, word);
    if (rng_below(rng, 10) == 0)
        word[0] = (char)(word[0] - 'a' + 'A');
    sample->text[sample->size++] = rng_below(rng, 20) == 0 ? ',' : ' ';
    if (sample->counts[number]++ == 0)
        sample->first[number] = sample->token_count;
    sample->tokens[sample->token_count++] = number;
}

static void add_line(struct sample *sample, struct rng *rng) {
    const uint32_t words = rng_below(rng, 200) == 0 ? LINE_MAX : rng_below(rng, 25);
    for (uint32_t i = 0; i < words; i++)
        add_word(sample, rng);
    if (words > 0)
        sample->tokens[sample->token_count++] = END;
    sample->text[sample->size++] = '\n';
}

static struct sample *make_sample(void) {
    struct sample *sample = allocate(1, sizeof *sample);
    struct rng rng = rng_seed(1, 0);
    sample->text = allocate(TEXT_BYTES + LINE_BYTES, 1);
    sample->tokens = allocate(TEXT_BYTES, sizeof *sample->tokens);
    while (sample->size < TEXT_BYTES)
        add_line(sample, &rng);
    return sample;
}

static void free_sample(struct sample *sample) {
    free(sample->text);
    free(sample->tokens);
    free(sample);
}

struct expected {
    uint32_t order[WORDS]; /* (size) numbers of words by id */
    uint32_t ids[WORDS];   /* by word number; END if the word is dropped */
    size_t size;
    uint64_t different, tokens, sentences, words;
    struct ids stream;
};

static bool is_before(const struct sample *sample, uint32_t a, uint32_t b) {
    return sample->counts[a] != sample->counts[b] ? sample->counts[a] > sample->counts[b]
                                                  : sample->first[a] < sample->first[b];
}

/* Ranks every word by comparing it with all others. */
static void rank_plainly(struct expected *expected, const struct sample *sample,
                         const struct ingest_options *options) {
    for (uint32_t number = 0; number < WORDS; number++) {
        uint32_t place = 0;
        expected->ids[number] = END;
        expected->different += sample->counts[number] > 0;
        if (sample->counts[number] < options->min_count || sample->counts[number] == 0)
            continue;
        for (uint32_t other = 0; other < WORDS; other++)
            place += other != number && sample->counts[other] > 0 && is_before(sample, other, number);
        if (options->max_vocab > 0 && place >= options->max_vocab)
            continue;
        expected->ids[number] = place;
        expected->order[place] = number;
        expected->size++;
    }
}

static void stream_plainly(struct expected *expected, const struct sample *sample, size_t max_sentence) {
    struct ids *stream = &expected->stream;
    size_t tokens = 0;
    stream->ids = allocate(2 * sample->token_count, sizeof *stream->ids);
    for (size_t i = 0; i < sample->token_count; i++) {
        const bool end = sample->tokens[i] == END;
        if (!end) {
            const uint32_t id = expected->ids[sample->tokens[i]];
            tokens++;
            expected->tokens++;
            expected->words += id != END;
            if (id != END)
                stream->ids[stream->size++] = id;
        }
        if (tokens == max_sentence || (end && tokens > 0)) {
            expected->sentences++;
            tokens = 0;
            if (stream->size > 0 && stream->ids[stream->size - 1] != END)
                stream->ids[stream->size++] = END;
        }
    }
}

static struct expected *expect(const struct sample *sample, const struct ingest_options *options) {
    struct expected *expected = allocate(1, sizeof *expected);
    rank_plainly(expected, sample, options);
    stream_plainly(expected, sample, options->max_sentence);
    return expected;
}

static void free_expected(struct expected *expected) {
    free(expected->stream.ids);
    free(expected);
}

static void check_vocab(struct test *test, const struct corpus *corpus, const struct sample *sample,
                        const struct expected *expected) {
    const struct vocab *vocab = &corpus->vocab;
    uint64_t total = 0;
    CHECK_MSG(test, vocab->size == expected->size, "%zu, not %zu", vocab->size, expected->size);
    for (size_t id = 0; id < vocab->size && id < expected->size; id++) {
        char word[WORD_MAX] = {0};
        const size_t length = spell(expected->order[id], word);
        CHECK_MSG(test, vocab_length(vocab, id) == length && strcmp(vocab_word(vocab, id), word) == 0,
                  "%zu: %s, not %s", id, vocab_word(vocab, id), word);
        CHECK_MSG(test, vocab->counts[id] == sample->counts[expected->order[id]], "%s", word);
        total += vocab->counts[id];
    }
    CHECK(test, vocab->total == total && corpus->words == total && expected->words == total);
    CHECK(test, vocab->starts[vocab->size] == vocab->text_bytes);
}

static void check_corpus(struct test *test, const struct corpus *corpus, const struct sample *sample,
                         const struct expected *expected) {
    check_vocab(test, corpus, sample, expected);
    CHECK_MSG(test, corpus->tokens == expected->tokens, "%llu", (unsigned long long)corpus->tokens);
    CHECK_MSG(test, corpus->sentences == expected->sentences, "%llu", (unsigned long long)corpus->sentences);
    CHECK_MSG(test, corpus->distinct == expected->different, "%llu", (unsigned long long)corpus->distinct);
    CHECK_MSG(test, corpus->bytes == sample->size, "%llu", (unsigned long long)corpus->bytes);
    CHECK(test, corpus->skipped.ill_formed == 0 && corpus->skipped.overlong == 0);
    struct ids flat = flatten(test, &corpus->stream);
    CHECK_MSG(test, flat.size == expected->stream.size, "%zu, not %zu", flat.size, expected->stream.size);
    CHECK(test, flat.size == expected->stream.size &&
                    memcmp(flat.ids, expected->stream.ids, flat.size * sizeof *flat.ids) == 0);
    free(flat.ids);
}

static void check_ingestion(struct test *test, const struct sample *sample,
                            const struct ingest_options *options) {
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    struct expected *expected = expect(sample, options);
    CHECK_MSG(test, ingest(&corpus, options, &error), "%s", error.text);
    check_corpus(test, &corpus, sample, expected);
    corpus_free(&corpus);
    free_expected(expected);
}

struct files {
    char names[FILES_MAX][PATH_BYTES];
    const char *paths[FILES_MAX];
};

static struct files *make_files(void) {
    struct files *files = allocate(1, sizeof *files);
    for (size_t i = 0; i < FILES_MAX; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        files->paths[i] = test_path(files->names[i], PATH_BYTES, name);
    }
    return files;
}

static void free_files(struct files *files) {
    for (size_t i = 0; i < FILES_MAX; i++)
        unlink(files->paths[i]);
    free(files);
}

/* How the input is delivered must not affect the result. */
static void any_number_of_threads(struct test *test) {
    struct sample *sample = make_sample();
    struct files *files = make_files();
    const size_t threads[] = {1, 2, 4};
    const uint64_t limits[] = {PLENTY, 0, 700000};
    write_file(files->paths[0], "w", sample->text, sample->size);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct ingest_options options = plain_options(files->paths, 1);
        options.threads = threads[i];
        options.memory_limit = limits[i];
        options.min_count = 3;
        options.max_sentence = 60;
        check_ingestion(test, sample, &options);
    }
    free_files(files);
    free_sample(sample);
}

/* A block of the stream doesn't fit, so the ids go to the file; the result is the same. */
static void little_memory_is_enough(struct test *test) {
    struct sample *sample = make_sample();
    struct files *files = make_files();
    struct ingest_options options = plain_options(files->paths, 1);
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    write_file(files->paths[0], "w", sample->text, sample->size);
    options.memory = (size_t)12 << 20;
    options.threads = 2;
    check_ingestion(test, sample, &options);
    CHECK_MSG(test, ingest(&corpus, &options, &error), "%s", error.text);
    CHECK(test,
          corpus.stream.memory_bytes == 0 && corpus.stream.file_ids > 0 && corpus.stream.budget == NULL);
    corpus_free(&corpus);
    free_files(files);
    free_sample(sample);
}

/* With less and less memory, each part of reading is the one that fails. */
static void too_little_memory_is_an_error(struct test *test) {
    const struct {
        size_t bytes, max_sentence;
        const char *says;
    } table[] = {{500000, 1000, "--threads and such a --max-sentence needs more memory than the 0 MB"},
                 {4000000, 1000000, "--threads and such a --max-sentence needs more memory than the 3 MB"},
                 {2000000, 1000, "the words of the corpus need more memory than the 1 MB"},
                 {2800000, 1000, "the vocabulary needs more memory than the 2 MB"}};
    struct files *files = make_files();
    char *text = allocate(20000, 8);
    for (uint32_t i = 0; i < 16000; i++)
        snprintf(text + (size_t)7 * i, 8, "%06x\n", i);
    write_file(files->paths[0], "w", text, strlen(text));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct ingest_options options = plain_options(files->paths, 1);
        struct error error = {.kind = ERROR_NONE};
        struct corpus corpus;
        options.memory = table[i].bytes;
        options.max_sentence = table[i].max_sentence;
        CHECK_MSG(test, !ingest(&corpus, &options, &error), "row %zu", i);
        CHECK_MSG(test, error.kind == ERROR_SYSTEM && strstr(error.text, table[i].says) != NULL,
                  "row %zu: %s", i, error.text);
        corpus_free(&corpus);
    }
    free(text);
    free_files(files);
}

static void pruned_in_every_way(struct test *test) {
    struct sample *sample = make_sample();
    struct files *files = make_files();
    const uint64_t min_counts[] = {0, 1, 400, 5}, max_vocabs[] = {0, 1, 0, 700};
    const size_t max_sentences[] = {1000, 10, 3, 1};
    write_file(files->paths[0], "w", sample->text, sample->size);
    for (size_t i = 0; i < sizeof min_counts / sizeof *min_counts; i++) {
        struct ingest_options options = plain_options(files->paths, 1);
        options.threads = 2;
        options.min_count = min_counts[i];
        options.max_vocab = max_vocabs[i];
        options.max_sentence = max_sentences[i];
        options.memory_limit = i % 2 == 0 ? PLENTY : 0;
        check_ingestion(test, sample, &options);
    }
    free_files(files);
    free_sample(sample);
}

/* Splits the lines into three files, without the newline at the end of each. */
static void several_files(struct test *test) {
    struct sample *sample = make_sample();
    struct files *files = make_files();
    const char *at = sample->text, *end = sample->text + sample->size;
    for (size_t i = 0; i < FILES_MAX; i++) {
        const char *near = i == FILES_MAX - 1 ? end - 1 : at + 300000 * (i + 1);
        const char *newline = memchr(near, '\n', (size_t)(end - near));
        write_file(files->paths[i], "w", at, (size_t)(newline - at));
        at = newline + 1;
    }
    struct ingest_options options = plain_options(files->paths, FILES_MAX);
    options.threads = 3;
    struct expected *expected = expect(sample, &options);
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    CHECK_MSG(test, ingest(&corpus, &options, &error), "%s", error.text);
    corpus.bytes += FILES_MAX; /* the newlines that were left out */
    check_corpus(test, &corpus, sample, expected);
    corpus_free(&corpus);
    free_expected(expected);
    free_files(files);
    free_sample(sample);
}

struct source {
    const char *path;
    const void *bytes;
    size_t size;
    pthread_t thread;
};

static void *write_source(void *argument) {
    const struct source *source = argument;
    write_file(source->path, "w", source->bytes, source->size);
    return NULL;
}

static void check_pipe(struct test *test, const struct sample *sample) {
    struct files *files = make_files();
    struct source source = {.path = files->paths[0], .bytes = sample->text, .size = sample->size};
    struct ingest_options options = plain_options(files->paths, 1);
    struct error error = {.kind = ERROR_NONE};
    uint64_t bytes = 1;
    options.threads = 2;
    CHECK(test, mkfifo(files->paths[0], 0666) == 0);
    if (pthread_create(&source.thread, NULL, write_source, &source) != 0)
        abort();
    usleep(20000); /* long enough for the writer to wait for a reader, which the check must not become */
    alarm(60);
    CHECK_MSG(test, ingest_check(files->paths, 1, &bytes, &error) && bytes == 0, "%s", error.text);
    check_ingestion(test, sample, &options);
    alarm(0);
    pthread_join(source.thread, NULL);
    free_files(files);
}

static void a_pipe_like_a_file(struct test *test) {
    struct sample *sample = make_sample();
    check_pipe(test, sample);
    free_sample(sample);
}

/* Less than a pipe holds, so that the writer has finished before anything is read. */
static void a_short_writer_loses_nothing(struct test *test) {
    struct sample *sample = allocate(1, sizeof *sample);
    struct rng rng = rng_seed(2, 0);
    sample->text = allocate(LINE_BYTES * 3, 1);
    sample->tokens = allocate(LINE_BYTES, sizeof *sample->tokens);
    for (size_t i = 0; i < 3; i++)
        add_line(sample, &rng);
    check_pipe(test, sample);
    free_sample(sample);
}

/* No word is dropped, so chunks are as they were appended: each ends at the first sentence end after
 * STREAM_CHUNK_IDS ids, or with its piece. */
static void chunks_end_with_sentences(struct test *test) {
    struct sample *sample = make_sample();
    struct files *files = make_files();
    struct ingest_options options = plain_options(files->paths, 1);
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    write_file(files->paths[0], "w", sample->text, sample->size);
    CHECK_MSG(test, ingest(&corpus, &options, &error), "%s", error.text);
    const struct stream *stream = &corpus.stream;
    CHECK_MSG(test, stream->size > 20, "%zu", stream->size);
    for (size_t i = 0; i < stream->size; i++) {
        const struct stream_chunk *chunk = &stream->chunks[i];
        const bool last = i + 1 == stream->size || chunk->order >> 24 != stream->chunks[i + 1].order >> 24;
        size_t before = chunk->size - 1;
        while (before > 0 && chunk->ids[before - 1] != END)
            before--;
        CHECK_MSG(test, i == 0 || stream->chunks[i - 1].order < chunk->order, "chunk %zu", i);
        CHECK_MSG(test, chunk->size > 0 && chunk->ids[chunk->size - 1] == END, "chunk %zu", i);
        CHECK_MSG(test, chunk->size >= STREAM_CHUNK_IDS || last, "chunk %zu: %u ids", i, chunk->size);
        CHECK_MSG(test, before < STREAM_CHUNK_IDS, "chunk %zu: %zu ids, and then a sentence", i, before);
    }
    corpus_free(&corpus);
    free_files(files);
    free_sample(sample);
}

/* --- small texts --- */

struct small {
    const char *texts[FILES_MAX]; /* one file each */
    uint64_t min_count, max_vocab;
    size_t max_sentence;
    const char *vocab;  /* "word:count " by id */
    const char *stream; /* "word word / word / " */
    uint64_t tokens, sentences;
    struct tokenizer_rules rules;
};

static size_t write_texts(const struct files *files, const char *const *texts) {
    size_t count = 0;
    for (; count < FILES_MAX && texts[count] != NULL; count++)
        write_file(files->paths[count], "w", texts[count], strlen(texts[count]));
    return count;
}

static void print_vocab(const struct vocab *vocab, char *line, size_t room) {
    int at = 0;
    line[0] = '\0';
    for (size_t id = 0; id < vocab->size; id++)
        at += snprintf(line + at, room - (size_t)at, "%s:%llu ", vocab_word(vocab, id),
                       (unsigned long long)vocab->counts[id]);
}

static void print_stream(struct test *test, const struct corpus *corpus, char *line, size_t room) {
    struct ids flat = flatten(test, &corpus->stream);
    int at = 0;
    line[0] = '\0';
    for (size_t i = 0; i < flat.size; i++)
        at += snprintf(line + at, room - (size_t)at, "%s ",
                       flat.ids[i] == END ? "/" : vocab_word(&corpus->vocab, flat.ids[i]));
    free(flat.ids);
}

static void check_small(struct test *test, const struct small *small, size_t threads) {
    struct files *files = make_files();
    struct ingest_options options = plain_options(files->paths, write_texts(files, small->texts));
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    char line[512];
    options.threads = threads;
    options.min_count = small->min_count;
    options.max_vocab = small->max_vocab;
    options.max_sentence = small->max_sentence;
    options.rules = small->rules;
    CHECK_MSG(test, ingest(&corpus, &options, &error), "%s: %s", small->texts[0], error.text);
    print_vocab(&corpus.vocab, line, sizeof line);
    CHECK_MSG(test, strcmp(line, small->vocab) == 0, "%s: %s, not %s", small->texts[0], line, small->vocab);
    print_stream(test, &corpus, line, sizeof line);
    CHECK_MSG(test, strcmp(line, small->stream) == 0, "%s: %s, not %s", small->texts[0], line, small->stream);
    CHECK_MSG(test, corpus.tokens == small->tokens && corpus.sentences == small->sentences,
              "%s: %llu in %llu", small->texts[0], (unsigned long long)corpus.tokens,
              (unsigned long long)corpus.sentences);
    corpus_free(&corpus);
    free_files(files);
}

static void small_texts(struct test *test) {
    const struct tokenizer_rules words = {TOKENIZER_WORDS, false}, keep = {TOKENIZER_WORDS, true},
                                 blank = {TOKENIZER_WHITESPACE, false};
    const struct small table[] = {
        /* Ties by first appearance. */
        {{"b a c\na b d"}, 1, 0, 9, "b:2 a:2 c:1 d:1 ", "b a c / a b d / ", 6, 2, words},
        {{"z y x\nx y\nx"}, 1, 0, 9, "x:3 y:2 z:1 ", "z y x / x y / x / ", 6, 3, words},
        {{"b a c\na b d"}, 1, 3, 9, "b:2 a:2 c:1 ", "b a c / a b / ", 6, 2, words},
        {{"b a c\na b d"}, 1, 9, 9, "b:2 a:2 c:1 d:1 ", "b a c / a b d / ", 6, 2, words},
        /* Sentences left empty by dropped words are not in the stream, but are counted. */
        {{"a b\nc\nb a\n"}, 2, 0, 9, "a:2 b:2 ", "a b / b a / ", 5, 3, words},
        {{"c\nd\na a"}, 2, 0, 9, "a:2 ", "a a / ", 4, 3, words},
        /* Sentences that are split. */
        {{"a b c\n"}, 1, 0, 3, "a:1 b:1 c:1 ", "a b c / ", 3, 1, words},
        {{"a b c d\n"}, 1, 0, 3, "a:1 b:1 c:1 d:1 ", "a b c / d / ", 4, 2, words},
        {{"a b c\nd"}, 1, 0, 1, "a:1 b:1 c:1 d:1 ", "a / b / c / d / ", 4, 4, words},
        /* Lines without words, and other line ends. */
        {{"\n\n a \r\n\r\n... b\n\n"}, 1, 0, 9, "a:1 b:1 ", "a / b / ", 2, 2, words},
        /* The end of a file ends a word and a sentence. */
        {{"a b", "", "c b"}, 1, 0, 9, "b:2 a:1 c:1 ", "a b / c b / ", 4, 2, words},
        {{"", "a"}, 1, 0, 9, "a:1 ", "a / ", 1, 1, words},
        /* The tokenizer's rules. */
        {{"A a A-b"}, 1, 0, 9, "a:2 a-b:1 ", "a a a-b / ", 3, 1, words},
        {{"A a A"}, 1, 0, 9, "A:2 a:1 ", "A a A / ", 3, 1, keep},
        {{"a, a, a!"}, 1, 0, 9, "a,:2 a!:1 ", "a, a, a! / ", 3, 1, blank},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (size_t threads = 1; threads <= 4; threads++)
            check_small(test, &table[i], threads);
}

/* --- what is lost --- */

static void the_first_ill_formed_bytes(struct test *test) {
    struct files *files = make_files();
    const char *const texts[FILES_MAX] = {"well formed\n", "ab\xff\xfe cd\xe4\xb8 e\n", "\xff\n"};
    struct ingest_options options = plain_options(files->paths, write_texts(files, texts));
    for (options.threads = 1; options.threads <= 4; options.threads++) {
        struct error error = {.kind = ERROR_NONE};
        struct corpus corpus;
        CHECK_MSG(test, ingest(&corpus, &options, &error), "%s", error.text);
        CHECK_MSG(test, corpus.skipped.ill_formed == 4, "%llu",
                  (unsigned long long)corpus.skipped.ill_formed);
        CHECK_MSG(test, corpus.skipped.ill_formed_first == 2, "%llu",
                  (unsigned long long)corpus.skipped.ill_formed_first);
        CHECK(test, corpus.ill_formed_path == files->paths[1]);
        corpus_free(&corpus);
    }
    free_files(files);
}

/* Replaces some words by an ill-formed byte and an overlong word; returns the offset of the byte. */
static size_t spoil(const struct sample *sample, size_t place) {
    const char *blank = memchr(sample->text + place, ' ', sample->size - place);
    const size_t start = (size_t)(blank - sample->text) + 1;
    size_t end = start;
    while (end < start + TOKEN_BYTES_MAX + 3 || sample->text[end] != ' ')
        sample->text[end++] = 'x';
    sample->text[start] = '\xff';
    return start;
}

/* Several errors in one file of three pieces, which threads take in any order. */
static void losses_in_every_piece(struct test *test) {
    struct sample *sample = make_sample();
    struct files *files = make_files();
    struct ingest_options options = plain_options(files->paths, 1);
    const size_t first = spoil(sample, READER_PIECE_BYTES + 5000);
    spoil(sample, READER_PIECE_BYTES + 9000);
    spoil(sample, 2 * READER_PIECE_BYTES + 7000);
    write_file(files->paths[0], "w", sample->text, sample->size);
    for (options.threads = 1; options.threads <= 4; options.threads *= 2) {
        struct error error = {.kind = ERROR_NONE};
        struct corpus corpus;
        CHECK_MSG(test, ingest(&corpus, &options, &error), "%s", error.text);
        CHECK(test, corpus.skipped.ill_formed == 3 && corpus.skipped.overlong == 3);
        CHECK_MSG(test, corpus.skipped.ill_formed_first == first, "%llu",
                  (unsigned long long)corpus.skipped.ill_formed_first);
        CHECK(test, corpus.ill_formed_path == files->paths[0]);
        corpus_free(&corpus);
    }
    free_files(files);
    free_sample(sample);
}

/* --- reports --- */

struct reports {
    uint64_t last;
    size_t count;
    bool grew;
    atomic_int inside;
    atomic_bool together; /* two at a time */
};

static void note_report(void *context, uint64_t bytes, const char *program) {
    (void)program;
    struct reports *reports = context;
    if (atomic_fetch_add(&reports->inside, 1) > 0)
        atomic_store(&reports->together, true);
    reports->grew = reports->grew && bytes > reports->last;
    reports->last = bytes;
    reports->count++;
    usleep(20000);
    atomic_fetch_sub(&reports->inside, 1);
}

static void check_reports(struct test *test, const struct files *files, size_t threads, uint64_t size) {
    struct ingest_options options = plain_options(files->paths, FILES_MAX);
    struct reports reports = {.grew = true};
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    options.threads = threads;
    options.report = note_report;
    options.report_context = &reports;
    CHECK_MSG(test, ingest(&corpus, &options, &error), "%s", error.text);
    CHECK(test, reports.grew && !atomic_load(&reports.together));
    CHECK_MSG(test, reports.last <= size && reports.count <= 5, "%zu, up to %llu", reports.count,
              (unsigned long long)reports.last);
    if (threads == 1)
        CHECK_MSG(test, reports.last == size && reports.count == 5, "%zu, up to %llu", reports.count,
                  (unsigned long long)reports.last);
    corpus_free(&corpus);
}

static void reports_say_what_was_read(struct test *test) {
    struct sample *sample = make_sample();
    struct files *files = make_files();
    write_file(files->paths[0], "w", "a small file\n", 13);
    write_file(files->paths[1], "w", sample->text, sample->size);
    write_file(files->paths[2], "w", "another", 7);
    check_reports(test, files, 1, sample->size + 20);
    check_reports(test, files, 4, sample->size + 20);
    free_files(files);
    free_sample(sample);
}

/* --- refusals --- */

static void check_refusal(struct test *test, const struct ingest_options *options, enum error_kind kind,
                          const char *says) {
    for (size_t threads = 1; threads <= 4; threads += 3) {
        struct ingest_options with = *options;
        struct error error = {.kind = ERROR_NONE};
        struct corpus corpus;
        char expected[2 * PATH_BYTES];
        with.threads = threads;
        snprintf(expected, sizeof expected, "%s%s", options->paths[0], says);
        CHECK(test, !ingest(&corpus, &with, &error));
        CHECK_MSG(test, error.kind == kind && strcmp(error.text, expected) == 0, "%d: %s, not %s",
                  (int)error.kind, error.text, expected);
        corpus_free(&corpus);
    }
}

static void texts_without_words(struct test *test) {
    struct files *files = make_files();
    struct ingest_options options = plain_options(files->paths, 1);
    write_file(files->paths[0], "w", "", 0);
    check_refusal(test, &options, ERROR_INPUT, ": no words found in 0 bytes");
    write_file(files->paths[0], "w", "... \n\xff\n", 7);
    check_refusal(test, &options, ERROR_INPUT, ": no words found in 7 bytes");
    write_file(files->paths[1], "w", "!", 1);
    options.path_count = 2;
    check_refusal(test, &options, ERROR_INPUT, " and the other files: no words found in 8 bytes");
    write_file(files->paths[1], "w", "a b a", 5);
    options.min_count = 3;
    check_refusal(test, &options, ERROR_INPUT,
                  " and the other files: none of the 2 distinct words occurs 3 times; lower --min-count");
    free_files(files);
}

static void files_that_cannot_be_used(struct test *test) {
    struct files *files = make_files();
    struct ingest_options options = plain_options(files->paths, 1);
    check_refusal(test, &options, ERROR_INPUT, ": can't open: No such file or directory");
    write_file(files->paths[0], "w", "a b", 3);
    options.memory_limit = 0;
    options.folder = files->paths[1];
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    CHECK(test, !ingest(&corpus, &options, &error));
    CHECK_MSG(test,
              error.kind == ERROR_SYSTEM && strncmp(error.text, options.folder, strlen(options.folder)) == 0,
              "%s", error.text);
    corpus_free(&corpus);
    free_files(files);
}

/* The third file is missing; what was read from the others is discarded. */
static void a_later_file_is_missing(struct test *test) {
    struct sample *sample = make_sample();
    struct files *files = make_files();
    struct ingest_options options = plain_options(files->paths, FILES_MAX);
    write_file(files->paths[0], "w", "a b", 3);
    write_file(files->paths[1], "w", sample->text, sample->size);
    for (options.threads = 1; options.threads <= 4; options.threads++) {
        struct error error = {.kind = ERROR_NONE};
        struct corpus corpus;
        CHECK(test, !ingest(&corpus, &options, &error));
        CHECK_MSG(test,
                  error.kind == ERROR_INPUT &&
                      strncmp(error.text, files->paths[2], strlen(files->paths[2])) == 0,
                  "%s", error.text);
        corpus_free(&corpus);
    }
    free_files(files);
    free_sample(sample);
}

static void sentences_longer_than_memory(struct test *test) {
    struct files *files = make_files();
    struct ingest_options options = plain_options(files->paths, 1);
    struct error error = {.kind = ERROR_NONE};
    struct corpus corpus;
    write_file(files->paths[0], "w", "a b", 3);
    options.max_sentence = SIZE_MAX;
    CHECK(test, !ingest(&corpus, &options, &error));
    CHECK_MSG(test, error.kind == ERROR_INPUT, "%s", error.text);
    corpus_free(&corpus);
    free_files(files);
}

/* --- the check before --- */

struct checked {
    const char *bytes;
    size_t size;
    const char *says; /* "": nothing */
};

/* Where the programs that unpack it are not there. */
static void content_that_is_packed(struct test *test) {
    char before[PATH_BYTES];
    const char *path = getenv("PATH");
    snprintf(before, sizeof before, "%s", path != NULL ? path : "");
    setenv("PATH", "/nowhere", 1);
    const struct checked table[] = {
        {"plain text", 10, ""},
        {"", 0, ""},
        {"B", 1, ""},
        {"BZ", 2, ""},
        {"\x1f\x8b\x08\x00....", 8, "gzip"},
        {"\x1f\x8b", 2, "gzip"},
        {"\xfd"
         "7zXZ\x00..",
         8, "xz"},
        {"\x28\xb5\x2f\xfd....", 8, "zstd"},
        {"BZh91AY&SY", 10, "the program bzip2 that unpacks it is not in $PATH"},
        {"PK\x03\x04....", 8, "unzip -p"},
    };
    struct files *files = make_files();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error error = {.kind = ERROR_NONE};
        uint64_t bytes = 0;
        write_file(files->paths[0], "w", table[i].bytes, table[i].size);
        const bool done = ingest_check(files->paths, 1, &bytes, &error);
        CHECK_MSG(test, done == (table[i].says[0] == '\0'), "row %zu: %s", i, error.text);
        if (done)
            CHECK_MSG(test, bytes == table[i].size, "row %zu: %llu", i, (unsigned long long)bytes);
        else
            CHECK_MSG(test, error.kind == ERROR_INPUT && strstr(error.text, table[i].says) != NULL, "%s",
                      error.text);
    }
    setenv("PATH", before, 1);
    free_files(files);
}

static void check_refused(struct test *test, const char *const *paths, size_t count, const char *says) {
    struct error error = {.kind = ERROR_NONE};
    uint64_t bytes = 0;
    CHECK(test, !ingest_check(paths, count, &bytes, &error));
    CHECK_MSG(test, error.kind == ERROR_INPUT && strstr(error.text, says) != NULL, "%s", error.text);
}

static void paths_that_are_no_text(struct test *test) {
    struct files *files = make_files();
    const char *const inputs[] = {"-", files->paths[0], "-"};
    struct error error = {.kind = ERROR_NONE};
    uint64_t bytes = 0;
    write_file(files->paths[0], "w", "12345", 5);
    check_refused(test, files->paths, 2, "can't open");
    CHECK(test, mkdir(files->paths[1], 0777) == 0);
    check_refused(test, files->paths, 2, "a folder");
    rmdir(files->paths[1]);
    write_file(files->paths[1], "w", "123456", 6);
    CHECK(test, ingest_check(files->paths, 2, &bytes, &error) && bytes == 11);
    unlink(files->paths[1]);
    CHECK(test, mkfifo(files->paths[1], 0666) == 0);
    CHECK(test, ingest_check(files->paths, 2, &bytes, &error) && bytes == 0);
    check_refused(test, inputs, 3, "standard input (-) is named more than once");
    free_files(files);
}

static const struct test_case cases[] = {
    {"ingest: small texts", small_texts},
    {"ingest: any number of threads", any_number_of_threads},
    {"ingest: little memory is enough", little_memory_is_enough},
    {"ingest: too little memory is an error", too_little_memory_is_an_error},
    {"ingest: pruned in every way", pruned_in_every_way},
    {"ingest: several files", several_files},
    {"ingest: a pipe like a file", a_pipe_like_a_file},
    {"ingest: a short writer loses nothing", a_short_writer_loses_nothing},
    {"ingest: chunks end with sentences", chunks_end_with_sentences},
    {"ingest: the first ill-formed bytes", the_first_ill_formed_bytes},
    {"ingest: losses in every piece", losses_in_every_piece},
    {"ingest: reports say what was read", reports_say_what_was_read},
    {"ingest: texts without words", texts_without_words},
    {"ingest: files that cannot be used", files_that_cannot_be_used},
    {"ingest: a later file is missing", a_later_file_is_missing},
    {"ingest: sentences longer than memory", sentences_longer_than_memory},
    {"ingest: content that is packed", content_that_is_packed},
    {"ingest: paths that are no text", paths_that_are_no_text},
};

TEST_MAIN(cases)
