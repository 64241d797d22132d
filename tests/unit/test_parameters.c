#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "harness.h"
#include "kernels/registry.h"
#include "train/parameters.h"

static bool parse(struct parameters *parameters, char **argv, int argc, struct error *error) {
    const struct option_table *const tables[] = {&parameter_options, NULL};
    *parameters = (struct parameters){.dim = 0};
    *error = (struct error){.kind = ERROR_NONE};
    return options_parse(tables, &argc, argv, parameters, error);
}

/* Every parameter has a key and a value that fit in a record, and all keys are different. */
static void test_record(struct test *test) {
    struct parameters parameters;
    struct error error;
    CHECK(test, parse(&parameters, NULL, 0, &error) && parameters_resolve(&parameters, &error));
    for (size_t i = 0; i < parameter_options.count; i++) {
        char key[PARAMETER_TEXT_MAX], value[PARAMETER_TEXT_MAX], other[PARAMETER_TEXT_MAX];
        parameter_key(&parameter_options.options[i], key);
        parameter_value(&parameter_options.options[i], &parameters, value);
        CHECK_MSG(test, key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.")] == '\0', "%s", key);
        CHECK_MSG(test, value[0] != '\0' && strchr(value, '\n') == NULL, "%s=%s", key, value);
        for (size_t j = 0; j < i; j++) {
            parameter_key(&parameter_options.options[j], other);
            CHECK_MSG(test, strcmp(key, other) != 0, "%s", key);
        }
    }
}

static const char *value_of(const struct parameters *parameters, const char *name, char *value) {
    for (size_t i = 0; i < parameter_options.count; i++)
        if (strcmp(parameter_options.options[i].name, name) == 0)
            parameter_value(&parameter_options.options[i], parameters, value);
    return value;
}

/* The record has the values that were used. */
static void test_resolve(struct test *test) {
    char noise[] = "--noise=4", loss[] = "--loss=nce", sample[] = "--sample=1e-4", value[PARAMETER_TEXT_MAX];
    char *argv[] = {noise, loss, sample};
    struct parameters parameters;
    struct error error;
    CHECK(test, parse(&parameters, argv, 3, &error) && parameters_resolve(&parameters, &error));
    CHECK(test, strcmp(value_of(&parameters, "noise", value), "26") == 0);
    CHECK(test, strcmp(value_of(&parameters, "loss", value), "nce") == 0);
    CHECK(test, strcmp(value_of(&parameters, "sample", value), "0.0001") == 0);
    CHECK(test, strcmp(value_of(&parameters, "keep-case", value), "0") == 0);
    CHECK(test, strcmp(value_of(&parameters, "kernel", value), kernel_at(0)->name) == 0);
    CHECK(test, strtol(value_of(&parameters, "threads", value), NULL, 10) >= 1);
}

static void test_sample(struct test *test) {
    struct parameters parameters = {.dim = 0};
    parameters_set_sample(&parameters, 1000000);
    CHECK(test, parameters.sample.value == 7e-5);
    parameters_set_sample(&parameters, 100);
    CHECK(test, parameters.sample.value == 0.01);
    parameters.sample = (struct option_real){true, 0};
    parameters_set_sample(&parameters, 100);
    CHECK(test, parameters.sample.value == 0);
}

static void test_refusals(struct test *test) {
    char alpha[] = "--alpha=0.01", min_alpha[] = "--min-alpha=0.02", kernel[] = "--kernel=abacus";
    char *rates[] = {alpha, min_alpha}, *kernels[] = {kernel};
    struct parameters parameters;
    struct error error;
    CHECK(test, parse(&parameters, rates, 2, &error) && !parameters_resolve(&parameters, &error));
    CHECK_MSG(test, error.kind == ERROR_INPUT && strstr(error.text, "--min-alpha") != NULL, "%s", error.text);
    CHECK(test, parse(&parameters, kernels, 1, &error) && !parameters_resolve(&parameters, &error));
    CHECK_MSG(test, error.kind == ERROR_INPUT && strstr(error.text, "abacus") != NULL, "%s", error.text);
}

static const struct test_case cases[] = {
    {"parameters: each has a key and a value for the record", test_record},
    {"parameters: what is recorded is what is used", test_resolve},
    {"parameters: a small vocabulary has a larger subsampling threshold", test_sample},
    {"parameters: what no table can check is refused", test_refusals},
};
TEST_MAIN(cases)
