#include "train/losses.h"

#define LOSS_POINTER(name) &loss_##name,
#define LOSS_NAME(name) #name,

static const struct loss *const losses[] = {LOSSES(LOSS_POINTER) NULL};

const char *const loss_names[] = {LOSSES(LOSS_NAME) NULL};

const struct loss *loss_at(size_t index) {
    for (size_t i = 0; losses[i] != NULL; i++)
        if (i == index)
            return losses[i];
    return NULL;
}

const char *loss_help(size_t index) {
    return losses[index]->help;
}

bool loss_needs_log_noise(const struct loss *loss, const struct parameters *parameters) {
    return loss->log_noise != NULL && loss->log_noise(parameters);
}
