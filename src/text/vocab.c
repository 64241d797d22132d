#include "text/vocab.h"

#include <stdlib.h>

#include "base/memory.h"

bool vocab_create(struct vocab *vocab, size_t size, size_t text_bytes, struct error *error) {
    *vocab = (struct vocab){.size = size, .text_bytes = text_bytes};
    vocab->text = memory_allocate(text_bytes, 1, "the vocabulary", error);
    vocab->starts = memory_allocate(size + 1, sizeof *vocab->starts, "the vocabulary", error);
    vocab->counts = memory_allocate(size, sizeof *vocab->counts, "the vocabulary", error);
    return vocab->text != NULL && vocab->starts != NULL && vocab->counts != NULL;
}

void vocab_free(struct vocab *vocab) {
    free(vocab->text);
    free(vocab->starts);
    free(vocab->counts);
    *vocab = (struct vocab){0};
}
