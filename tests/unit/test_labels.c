#include "report/labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness.h"

/* Points anywhere in the picture or in a few crowds, with labels of any width. */
static void make_labels(struct label *labels, size_t count, double width, double height, bool crowded,
                        struct rng *rng) {
    for (size_t i = 0; i < count; i++) {
        const double part = crowded ? 0.1 : 1;
        labels[i] = (struct label){
            .x = width * (0.3 * (double)rng_below(rng, 3) * (1 - part) + part * (double)rng_unit(rng)),
            .y = height * (part * (double)rng_unit(rng) + (1 - part) / 2),
            .radius = 2 + 3 * (double)rng_unit(rng),
            .width = 4 + 90 * (double)rng_unit(rng),
            .height = 14};
        if (i > 0 && rng_below(rng, 10) == 0) {
            labels[i].x = labels[i - 1].x;
            labels[i].y = labels[i - 1].y;
        }
    }
}

static bool overlap(const struct label *a, const struct label *b) {
    return a->left < b->left + b->width && b->left < a->left + a->width && a->top < b->top + b->height &&
           b->top < a->top + a->height;
}

static size_t check_places(struct test *test, const struct label *labels, size_t count, double width,
                           double height) {
    size_t placed = 0;
    for (size_t i = 0; i < count; i++) {
        const struct label *label = &labels[i];
        if (!label->placed)
            continue;
        placed++;
        CHECK_MSG(test,
                  label->left >= 0 && label->top >= 0 && label->left + label->width <= width &&
                      label->top + label->height <= height,
                  "%zu is outside", i);
        for (size_t j = 0; j < i; j++)
            CHECK_MSG(test, !labels[j].placed || !overlap(label, &labels[j]), "%zu and %zu overlap", i, j);
    }
    return placed;
}

static void labels_never_overlap(struct test *test) {
    enum { LABELS = 250 };
    struct label labels[LABELS];
    struct error error = {.kind = ERROR_NONE};
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct rng rng = rng_seed(seed, 0);
        const double width = 100 + 900 * (double)rng_unit(&rng), height = 50 + 700 * (double)rng_unit(&rng);
        make_labels(labels, LABELS, width, height, seed % 2 == 1, &rng);
        if (seed % 3 == 0)
            CHECK(test, labels_spread(labels, LABELS, width, height, &error));
        CHECK_MSG(test, labels_place(labels, LABELS, width, height, &error), "%s", error.text);
        const size_t placed = check_places(test, labels, LABELS, width, height);
        CHECK_MSG(test, placed > 0, "seed %llu", (unsigned long long)seed);
    }
}

/* With much room, each label is right of its dot; the first ones win where there is little. */
static void where_labels_go(struct test *test) {
    struct label labels[3] = {{.x = 50, .y = 50, .radius = 3, .width = 40, .height = 14},
                              {.x = 50, .y = 150, .radius = 3, .width = 40, .height = 14},
                              {.x = 195, .y = 100, .radius = 3, .width = 40, .height = 14}};
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, labels_place(labels, 3, 200, 200, &error));
    CHECK(test, labels[0].placed && labels[0].left == 56 && labels[0].top == 43 && !labels[0].led);
    CHECK(test, labels[1].placed && labels[1].left == 56);
    CHECK(test, labels[2].placed && labels[2].left + labels[2].width == 189); /* the edge is too near */
    CHECK(test, labels_place(labels, 3, 200, 200, &error));
    for (size_t i = 0; i < 3; i++)
        labels[i].x = labels[i].y = 10;
    CHECK(test, labels_place(labels, 3, 60, 20, &error));
    CHECK(test, labels[0].placed && !labels[1].placed && !labels[2].placed);
}

/* The label keeps off the other's dot, and of one without a width only the dot counts. */
static void dots_are_not_covered(struct test *test) {
    struct label labels[2] = {{.x = 50, .y = 50, .radius = 3, .width = 40, .height = 14},
                              {.x = 70, .y = 50, .radius = 3}};
    struct error error = {.kind = ERROR_NONE};
    CHECK(test, labels_place(labels, 2, 200, 100, &error));
    CHECK(test, labels[0].placed && labels[0].left + labels[0].width < 50 && !labels[1].placed);
}

static void crowds_take_the_room_there_is(struct test *test) {
    enum { LABELS = 100 };
    struct label labels[LABELS];
    struct error error = {.kind = ERROR_NONE};
    struct rng rng = rng_seed(1, 0);
    const double width = 800, height = 500;
    make_labels(labels, LABELS, width, height, true, &rng);
    struct label crowd[LABELS];
    memcpy(crowd, labels, sizeof crowd);
    CHECK(test, labels_place(crowd, LABELS, width, height, &error) &&
                    labels_spread(labels, LABELS, width, height, &error) &&
                    labels_place(labels, LABELS, width, height, &error));
    const size_t before = check_places(test, crowd, LABELS, width, height),
                 after = check_places(test, labels, LABELS, width, height);
    CHECK_MSG(test, before < 70 && after > 80, "%zu, then %zu labels", before, after);
    for (size_t i = 0; i < LABELS; i++)
        CHECK(test, labels[i].x >= 0 && labels[i].x <= width && labels[i].y >= 0 && labels[i].y <= height);
}

static void spreading_what_is_one_place(struct test *test) {
    struct label labels[20] = {{.x = 0}};
    struct error error = {.kind = ERROR_NONE};
    for (size_t i = 0; i < 20; i++)
        labels[i] = (struct label){.x = 100, .y = 100, .radius = 3, .width = 30, .height = 14};
    CHECK(test, labels_spread(labels, 20, 300, 200, &error) && labels_spread(labels, 1, 300, 200, &error) &&
                    labels_spread(labels, 0, 300, 200, &error));
    for (size_t i = 0; i < 20; i++) {
        CHECK(test, isfinite(labels[i].x) && isfinite(labels[i].y));
        for (size_t j = 0; j < i; j++)
            CHECK(test, labels[i].x != labels[j].x || labels[i].y != labels[j].y);
    }
}

static void widths_of_texts(struct test *test) {
    size_t bytes;
    CHECK(test, label_text_width("", 0) == 0);
    CHECK(test, label_text_width("ill", 3) < label_text_width("ace", 3));
    CHECK(test, label_text_width("ace", 3) < label_text_width("mwm", 3));
    CHECK(test, label_text_width("\xe7\x8e\x8b", 3) > 1); /* a Chinese king */
    CHECK(test, label_text_width("\x1b", 1) > 2);         /* shown as \x1b */
    CHECK(test, label_text_cut("\xc3\xa9\xc3\xa9\xc3\xa9", 6, 2, &bytes) > 0 && bytes == 4);
    CHECK(test, label_text_cut("abc", 3, 9, &bytes) > 0 && bytes == 3);
    CHECK(test, label_text_cut("abc", 3, 0, &bytes) == 0 && bytes == 0);
}

static const struct test_case cases[] = {
    {"labels: none overlaps another, or leaves the picture", labels_never_overlap},
    {"labels: where they go", where_labels_go},
    {"labels: dots are not covered", dots_are_not_covered},
    {"labels: crowds take the room there is", crowds_take_the_room_there_is},
    {"labels: spreading what is in one place", spreading_what_is_one_place},
    {"labels: widths of texts", widths_of_texts},
};

TEST_MAIN(cases)
