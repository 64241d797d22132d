#include "train/labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/memory.h"
#include "text/dictionary.h"

/* What is needed while reading. Words of the vocabulary have their ids as provisional ids in `words`. */
struct reading {
    struct labels *labels;
    const struct vocab *vocab;
    struct tokenizer_rules rules;
    struct lines lines;
    struct dictionary words, names;
};

static bool index_vocab(struct reading *reading, struct error *error) {
    for (size_t i = 0; i < reading->vocab->size; i++) {
        uint32_t id;
        if (!dictionary_add(&reading->words, (const unsigned char *)vocab_word(reading->vocab, i),
                            vocab_length(reading->vocab, i), 1, 0, &id, error))
            return false;
    }
    return true;
}

static bool label_word(struct reading *reading, const char *word, const char *label, struct error *error) {
    char normal[TOKEN_BYTES_MAX + 1];
    uint32_t id, name;
    struct labels *labels = reading->labels;
    if (!tokenizer_normalize(reading->rules, word, normal)) {
        labels->unknown++;
        return true;
    }
    if (!dictionary_add(&reading->words, (const unsigned char *)normal, strlen(normal), 1, 0, &id, error))
        return false;
    if (id >= reading->vocab->size) {
        labels->unknown++;
        return true;
    }
    if (!dictionary_add(&reading->names, (const unsigned char *)label, strlen(label), 1, 0, &name, error))
        return false;
    if (labels->of_word[id] != 0 && labels->of_word[id] != name + 1)
        return error_set(error, ERROR_INPUT, "%s:%zu: \"%s\" has another label already; give it one label",
                         reading->lines.name, reading->lines.number, word);
    labels->known += labels->of_word[id] == 0;
    labels->of_word[id] = name + 1;
    return true;
}

static bool read_lines(struct reading *reading, struct error *error) {
    char *line;
    size_t length;
    while (lines_next(&reading->lines, true, &line, &length, error) == LINES_LINE) {
        line[strcspn(line, "\r")] = '\0';
        if (line[strspn(line, " \t")] == '\0' || line[0] == '#')
            continue;
        char *tab = strchr(line, '\t');
        if (tab == NULL || tab == line || tab[1] == '\0')
            return error_set(error, ERROR_INPUT, "%s:%zu: not a line of the form \"word<TAB>label\"",
                             reading->lines.name, reading->lines.number);
        *tab = '\0';
        if (!label_word(reading, line, tab + 1, error))
            return false;
    }
    return error->kind == ERROR_NONE;
}

/* Sorts the words by label: counts, then places. */
static bool list_members(struct reading *reading, struct error *error) {
    struct labels *labels = reading->labels;
    labels->count = reading->names.size;
    labels->begin = memory_allocate(labels->count + 2, sizeof *labels->begin, "the labels", error);
    labels->members = memory_allocate(labels->known, sizeof *labels->members, "the labels", error);
    if (labels->begin == NULL || labels->members == NULL)
        return false;
    for (size_t i = 0; i < reading->vocab->size; i++)
        if (labels->of_word[i] != 0)
            labels->begin[labels->of_word[i] + 1]++;
    for (size_t label = 1; label <= labels->count; label++)
        labels->begin[label + 1] += labels->begin[label];
    for (size_t i = reading->vocab->size;
         i-- > 0;) /* begin[l + 1] falls from the end of label l to its beginning */
        if (labels->of_word[i] != 0)
            labels->members[--labels->begin[labels->of_word[i] + 1]] = (uint32_t)i;
    for (size_t label = 1; label <= labels->count; label++)
        labels->begin[label] = labels->begin[label + 1];
    labels->begin[labels->count + 1] = (uint32_t)labels->known;
    return true;
}

bool labels_read(struct labels *labels, const char *path, const struct vocab *vocab,
                 struct tokenizer_rules rules, struct error *error) {
    *labels = (struct labels){.count = 0};
    struct reading reading = {.labels = labels, .vocab = vocab, .rules = rules};
    labels->of_word = memory_allocate(vocab->size, sizeof *labels->of_word, "the labels", error);
    bool done = lines_open(&reading.lines, path, error);
    reading.lines.refuse_nul = true;
    done = done && labels->of_word != NULL && dictionary_create(&reading.words, error) &&
           dictionary_create(&reading.names, error) && index_vocab(&reading, error) &&
           read_lines(&reading, error) && list_members(&reading, error);
    lines_close(&reading.lines);
    dictionary_free(&reading.words);
    dictionary_free(&reading.names);
    return done;
}

void labels_free(struct labels *labels) {
    free(labels->of_word);
    free(labels->begin);
    free(labels->members);
    *labels = (struct labels){.count = 0};
}
