#include "report/labels.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "text/show.h"

/* From the dot to the text. A label further away than the first gets a line. */
static const double gaps[] = {3, 11, 20, 32};
#define GAPS (sizeof gaps / sizeof *gaps)

/* Between two labels. */
#define APART 1.5

/* Where the label lies from its point: a half is beside it, so that diagonals touch its corners. */
static const double sides[][2] = {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}};
#define SIDES (sizeof sides / sizeof *sides)

/* --- widths --- */

static double character_width(const struct shown *shown) {
    const uint32_t point = shown->code_point;
    if (point == 0) /* a control character, as \x1b */
        return 0.65 * (double)shown->length;
    if (point >= 0x1100) /* Hangul, CJK, symbols; too much for some scripts between them */
        return 1.05;
    if (point >= 0x80)
        return 0.8;
    switch (point) {
    case 'i':
    case 'j':
    case 'l':
    case '.':
    case ',':
    case ':':
    case ';':
    case '\'':
    case '|':
        return 0.36;
    case 'f':
    case 'r':
    case 't':
    case '-':
    case ' ':
        return 0.45;
    case 'm':
    case 'w':
    case 'M':
    case 'W':
    case '@':
    case '%':
        return 1.02;
    default:
        return point >= 'A' && point <= 'Z' ? 0.78 : 0.65;
    }
}

double label_text_cut(const char *text, size_t length, size_t characters, size_t *bytes) {
    double width = 0;
    *bytes = 0;
    for (size_t count = 0; *bytes < length && count < characters; count++) {
        struct shown shown;
        *bytes += show_next(text + *bytes, length - *bytes, &shown);
        width += character_width(&shown);
    }
    return width;
}

double label_text_width(const char *text, size_t length) {
    size_t bytes;
    return label_text_cut(text, length, SIZE_MAX, &bytes);
}

/* --- points --- */

#define SPREAD_ROUNDS 120
#define SPREAD_STEP 0.25 /* of what a pair lacks, for each of the two */
#define SPREAD_MAX 6.0   /* pixels that a pair moves a point in a round, at most */
#define EDGE_X 30.0
#define EDGE_Y 10.0

/* Two points with their labels are boxes. Boxes that overlap move apart in the direction in which they lie
 * from each other, until one of their sides would touch (Gansner, Hu 2010, "Efficient, proximity-preserving
 * node overlap removal"). */
static void part(struct label *a, struct label *b, size_t number) {
    const double width = (a->width + b->width) / 2 + 10, height = (a->height + b->height) / 2 + APART;
    double dx = b->x - a->x, dy = b->y - a->y;
    if (fabs(dx) >= width || fabs(dy) >= height)
        return;
    if (fabs(dx) < 0.1 && fabs(dy) < 0.1) { /* any direction will do, each pair its own */
        dx = number % 2 == 0 ? 1 : -1;
        dy = number % 3 == 0 ? 0.5 : -0.5;
    }
    const double across = fabs(dx) > 0 ? width / fabs(dx) : INFINITY,
                 along = fabs(dy) > 0 ? height / fabs(dy) : INFINITY;
    const double lacking = fmin(across, along) - 1, length = sqrt(dx * dx + dy * dy);
    const double step = fmin(lacking * SPREAD_STEP * length, SPREAD_MAX) / length;
    a->x -= step * dx;
    a->y -= step * dy;
    b->x += step * dx;
    b->y += step * dy;
}

/* Shrinks the picture, each axis by itself, so that all points lie within its edges. */
static void fit(struct label *labels, size_t count, double width, double height) {
    double left = EDGE_X, right = width - EDGE_X, top = EDGE_Y, bottom = height - EDGE_Y;
    for (size_t i = 0; i < count; i++) {
        left = fmin(left, labels[i].x);
        right = fmax(right, labels[i].x);
        top = fmin(top, labels[i].y);
        bottom = fmax(bottom, labels[i].y);
    }
    for (size_t i = 0; i < count; i++) {
        labels[i].x = EDGE_X + (labels[i].x - left) * (width - 2 * EDGE_X) / (right - left);
        labels[i].y = EDGE_Y + (labels[i].y - top) * (height - 2 * EDGE_Y) / (bottom - top);
    }
}

/* Insertion, since little changes from round to round. */
static void sort_by_height(struct label **order, size_t count) {
    for (size_t i = 1; i < count; i++) {
        struct label *label = order[i];
        size_t at = i;
        for (; at > 0 && order[at - 1]->y > label->y; at--)
            order[at] = order[at - 1];
        order[at] = label;
    }
}

bool labels_spread(struct label *labels, size_t count, double width, double height, struct error *error) {
    struct label **order = memory_allocate(count, sizeof(struct label *), "the labels", error);
    double tallest = 0;
    for (size_t i = 0; order != NULL && i < count; i++) {
        order[i] = &labels[i];
        tallest = fmax(tallest, labels[i].height);
    }
    for (int round = 0; order != NULL && round < SPREAD_ROUNDS; round++) {
        sort_by_height(order, count);
        for (size_t i = 0; i < count; i++)
            for (size_t j = i + 1; j < count && order[j]->y - order[i]->y < tallest + APART; j++)
                part(order[i], order[j], i + j);
        fit(labels, count, width, height);
    }
    const bool done = order != NULL;
    free(order);
    return done;
}

/* --- places --- */

struct places {
    struct label *labels;
    size_t count;
    double width, height;
    double widest, tallest;
    size_t *near; /* (count) those that the label to be placed may meet; owned */
    size_t near_count;
};

static void propose(struct label *label, size_t gap, size_t side) {
    const double away = label->radius + gaps[gap], x = sides[side][0], y = sides[side][1];
    const bool diagonal = x != 0 && y != 0;
    const double reach = diagonal ? away * 0.75 : away;
    label->left = label->x + x * reach + (x - 1) * label->width / 2;
    label->top = label->y + y * reach + (y - 1) * label->height / 2;
    label->led = gap > 0;
}

static bool overlaps(const struct label *a, const struct label *b) {
    return a->left < b->left + b->width + APART && b->left < a->left + a->width + APART &&
           a->top < b->top + b->height && b->top < a->top + a->height;
}

static bool covers(const struct label *label, const struct label *other) {
    return other->x + other->radius > label->left && other->x - other->radius < label->left + label->width &&
           other->y + other->radius > label->top && other->y - other->radius < label->top + label->height;
}

/* Whether the label may be where it is proposed. */
static bool is_free(const struct places *places, size_t index, bool over_dots) {
    const struct label *label = &places->labels[index];
    if (!(label->left >= 0 && label->top >= 0 && label->left + label->width <= places->width &&
          label->top + label->height <= places->height))
        return false;
    for (size_t i = 0; i < places->near_count; i++) {
        const struct label *other = &places->labels[places->near[i]];
        if ((other->placed && overlaps(label, other)) || (!over_dots && covers(label, other)))
            return false;
    }
    return true;
}

static void find_near(struct places *places, size_t index) {
    const struct label *label = &places->labels[index];
    const double reach = 2 * (gaps[GAPS - 1] + label->radius + APART), across = 2 * places->widest + reach,
                 along = 2 * places->tallest + reach;
    places->near_count = 0;
    for (size_t i = 0; i < places->count; i++)
        if (i != index && fabs(places->labels[i].x - label->x) < across &&
            fabs(places->labels[i].y - label->y) < along)
            places->near[places->near_count++] = i;
}

static bool place(struct places *places, size_t index, bool over_dots) {
    struct label *label = &places->labels[index];
    for (size_t gap = 0; gap < GAPS && label->width > 0; gap++)
        for (size_t side = 0; side < SIDES; side++) {
            propose(label, gap, side);
            if (is_free(places, index, over_dots))
                return true;
        }
    return false;
}

bool labels_place(struct label *labels, size_t count, double width, double height, struct error *error) {
    struct places places = {.labels = labels, .count = count, .width = width, .height = height};
    places.near = memory_allocate(count, sizeof *places.near, "the labels", error);
    if (places.near == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        labels[i].placed = false;
        places.widest = fmax(places.widest, labels[i].width);
        places.tallest = fmax(places.tallest, labels[i].height);
    }
    for (int over_dots = 0; over_dots < 2; over_dots++)
        for (size_t i = 0; i < count; i++) {
            if (labels[i].placed)
                continue;
            find_near(&places, i);
            labels[i].placed = place(&places, i, over_dots == 1);
        }
    free(places.near);
    return true;
}
