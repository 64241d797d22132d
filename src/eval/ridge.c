#include "eval/ridge.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

bool ridge_create(struct ridge *ridge, size_t dim, size_t outputs, struct error *error) {
    *ridge = (struct ridge){.dim = dim, .outputs = outputs};
    size_t squares, weights;
    if (!size_multiply(dim, dim, &squares) || !size_multiply(dim, outputs, &weights))
        return error_set(error, ERROR_SYSTEM, "a regression of %zu dimensions on %zu targets is too large",
                         dim, outputs);
    ridge->gram = memory_allocate(squares, sizeof *ridge->gram, "a regression", error);
    ridge->weights = memory_allocate(weights, sizeof *ridge->weights, "a regression", error);
    return ridge->gram != NULL && ridge->weights != NULL;
}

void ridge_free(struct ridge *ridge) {
    free(ridge->gram);
    free(ridge->weights);
    *ridge = (struct ridge){.dim = 0};
}

void ridge_add(struct ridge *ridge, const double *row, const double *targets) {
    for (size_t i = 0; i < ridge->dim; i++) {
        for (size_t j = 0; j <= i; j++)
            ridge->gram[i * ridge->dim + j] += row[i] * row[j];
        for (size_t o = 0; o < ridge->outputs; o++)
            ridge->weights[i * ridge->outputs + o] += row[i] * targets[o];
    }
}

/* The Cholesky factor L of the Gram matrix, in its place: L L^T = X^T X + lambda I. */
static bool factor(struct ridge *ridge) {
    const size_t dim = ridge->dim;
    for (size_t i = 0; i < dim; i++) {
        double *row = ridge->gram + i * dim;
        for (size_t j = 0; j <= i; j++) {
            const double *other = ridge->gram + j * dim;
            double sum = row[j];
            for (size_t k = 0; k < j; k++)
                sum -= row[k] * other[k];
            if (j < i)
                row[j] = sum / other[j];
            else if (sum > 0)
                row[i] = sqrt(sum);
            else
                return false;
        }
    }
    return true;
}

/* Subtracts `factor` times row j of the weights from row i. */
static void subtract_row(const struct ridge *ridge, size_t i, size_t j, double times) {
    for (size_t o = 0; o < ridge->outputs; o++)
        ridge->weights[i * ridge->outputs + o] -= times * ridge->weights[j * ridge->outputs + o];
}

static void divide_row(const struct ridge *ridge, size_t i) {
    for (size_t o = 0; o < ridge->outputs; o++)
        ridge->weights[i * ridge->outputs + o] /= ridge->gram[i * ridge->dim + i];
}

bool ridge_solve(struct ridge *ridge, double strength) {
    const size_t dim = ridge->dim;
    double trace = 0;
    for (size_t i = 0; i < dim; i++)
        trace += ridge->gram[i * dim + i];
    for (size_t i = 0; i < dim; i++)
        ridge->gram[i * dim + i] += strength * trace / (double)dim;
    if (!factor(ridge))
        return false;
    for (size_t i = 0; i < dim; i++) { /* L Y = X^T T */
        for (size_t j = 0; j < i; j++)
            subtract_row(ridge, i, j, ridge->gram[i * dim + j]);
        divide_row(ridge, i);
    }
    for (size_t i = dim; i-- > 0;) { /* L^T B = Y */
        for (size_t j = i + 1; j < dim; j++)
            subtract_row(ridge, i, j, ridge->gram[j * dim + i]);
        divide_row(ridge, i);
    }
    return true;
}

void ridge_predict(const struct ridge *ridge, const double *row, double *predictions) {
    for (size_t o = 0; o < ridge->outputs; o++)
        predictions[o] = 0;
    for (size_t i = 0; i < ridge->dim; i++)
        for (size_t o = 0; o < ridge->outputs; o++)
            predictions[o] += row[i] * ridge->weights[i * ridge->outputs + o];
}
