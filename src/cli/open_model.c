#include "cli/open_model.h"

#include "cli/message.h"
#include "formats/open.h"

/* For one case and for several. */
static const char *const sentences[MODEL_WARNINGS][2] = {
    [MODEL_DUPLICATE] = {"row skipped: an earlier row has the same word",
                         "rows skipped: earlier rows have the same words"},
    [MODEL_NO_WORD] = {"row skipped: it has no word", "rows skipped: they have no word"},
    [MODEL_NOT_UTF8] = {"word is not valid UTF-8; kept as it is",
                        "words are not valid UTF-8; kept as they are"},
    [MODEL_BLANK] = {"word contains a blank; a query names it in quotation marks",
                     "words contain blanks; a query names them in quotation marks"},
    [MODEL_NOT_FINITE] = {"word has a vector that is not finite, or too long; no search uses it",
                          "words have vectors that are not finite, or too long; no search uses them"},
    [MODEL_NO_NEWLINE] = {"line, the last one, has no newline; its last number may be cut off", NULL},
};

static void print_warning(const char *command, const struct model *model, const char *path, int kind) {
    const uint64_t count = model->warnings.counts[kind];
    message_warn(command, "%s: warning: %llu %s (%s%s %llu)", path, (unsigned long long)count,
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

bool open_model_known(struct model *model, const char *command, const char *path, bool known,
                      struct error *error) {
    if (!open_model(model, command, path, error))
        return false;
    if (known)
        model->subwords = (struct subwords){.count = 0};
    return true;
}
