#include "text/vocab.h"

#include <stdlib.h>

void vocab_free(struct vocab *vocab) {
    free(vocab->text);
    free(vocab->starts);
    free(vocab->counts);
    *vocab = (struct vocab){0};
}
