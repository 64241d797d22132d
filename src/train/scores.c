#include "train/scores.h"

#define SCORE_POINTER(name) &score_##name,
#define SCORE_NAME(name) #name,

static const struct score *const scores[] = {SCORES(SCORE_POINTER) NULL};

const char *const score_names[] = {SCORES(SCORE_NAME) NULL};

const struct score *score_at(size_t index) {
    for (size_t i = 0; scores[i] != NULL; i++)
        if (i == index)
            return scores[i];
    return NULL;
}

const char *score_help(size_t index) {
    return scores[index]->help;
}
