#include "cli/open.h"

#include <stdio.h>

#include "formats/open.h"

/* For one and for more. */
static const char *const sentences[MODEL_WARNINGS][2] = {
    [MODEL_DUPLICATE] = {"row is left out, since an earlier row has its word",
                         "rows are left out, since earlier rows have their words"},
    [MODEL_NO_WORD] = {"row is left out, since it has no word", "rows are left out, since they have no word"},
    [MODEL_NOT_UTF8] = {"word is not UTF-8; it is kept as it is",
                        "words are not UTF-8; they are kept as they are"},
    [MODEL_BLANK] = {"word has a blank inside, so that no question can name it",
                     "words have blanks inside, so that no question can name them"},
    [MODEL_NOT_FINITE] =
        {"word has a vector whose numbers or length are not finite; it neither asks nor answers",
         "words have vectors whose numbers or lengths are not finite; they neither ask nor answer"},
    [MODEL_NO_NEWLINE] = {"line, the last, has no newline; its last number may be cut", NULL},
};

static void print_warning(const char *command, const struct model *model, const char *path, int kind) {
    const uint64_t count = model->warnings.counts[kind];
    fprintf(stderr, "sgns %s: %s: warning: %llu %s (%s%s %llu)\n", command, path, (unsigned long long)count,
            sentences[kind][count > 1], count > 1 ? "first in " : "",
            model->source == MODEL_WORD2VEC_BINARY ? "row" : "line",
            (unsigned long long)model->warnings.first[kind]);
}

bool open_model(struct model *model, const char *command, const char *path, struct error *error) {
    if (!model_open(model, path, error))
        return false;
    for (int kind = 0; kind < MODEL_WARNINGS; kind++)
        if (model->warnings.counts[kind] > 0)
            print_warning(command, model, path, kind);
    return true;
}
