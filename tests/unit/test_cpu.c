#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "harness.h"

static void test_supports(struct test *test) {
    CHECK(test, cpu_supports(CPU_BASELINE));
    CHECK(test, cpu_supports(CPU_AVX2) || !cpu_supports(CPU_AVXVNNI));
    CHECK(test, cpu_supports(CPU_AVX2) || !cpu_supports(CPU_AVX512));
    CHECK(test, cpu_supports(CPU_AVX512) || !cpu_supports(CPU_AVX512VNNI));
    CHECK(test, cpu_supports(CPU_AVX512) || !cpu_supports(CPU_AVX512BF16));
    CHECK(test, CPU_X86 || !cpu_supports(CPU_AVX2));
}

/* The first processor's line of flags in /proc/cpuinfo, with a space before and after each. */
static bool read_flags(char *flags, size_t size) {
    FILE *file = fopen("/proc/cpuinfo", "r");
    bool found = false;
    while (file != NULL && !found && fgets(flags, (int)size, file) != NULL)
        found = strncmp(flags, "flags", 5) == 0;
    if (file != NULL)
        fclose(file);
    char *end = strchr(flags, '\n');
    if (end != NULL)
        *end = ' ';
    return found;
}

/* Are all of these flags, each between spaces, among those? */
static bool has_all(const char *flags, const char *const *names) {
    for (; *names != NULL; names++)
        if (strstr(flags, *names) == NULL)
            return false;
    return true;
}

/* The system's own list, where there is one. */
static void test_system_agrees(struct test *test) {
    static const struct {
        enum cpu_features features;
        const char *flags[8];
    } sets[] = {
        {CPU_AVX2, {" avx2 ", " fma "}},
        {CPU_AVXVNNI, {" avx2 ", " fma ", " avx_vnni "}},
        {CPU_AVX512, {" avx2 ", " fma ", " avx512f ", " avx512bw ", " avx512dq ", " avx512vl "}},
        {CPU_AVX512VNNI,
         {" avx2 ", " fma ", " avx512f ", " avx512bw ", " avx512dq ", " avx512vl ", " avx512_vnni "}},
        {CPU_AVX512BF16,
         {" avx2 ", " fma ", " avx512f ", " avx512bw ", " avx512dq ", " avx512vl ", " avx512_bf16 "}},
    };
    char flags[8192] = "";
    if (!CPU_X86 || !read_flags(flags, sizeof flags))
        return;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        const bool listed = has_all(flags, sets[i].flags), supported = cpu_supports(sets[i].features);
        const bool maybe_unknown = sets[i].features == CPU_AVXVNNI; /* to Linux before 5.12 */
        CHECK_MSG(test, listed == supported || (supported && maybe_unknown), "features %d: %d, %d",
                  (int)sets[i].features, listed, supported);
    }
}

static void test_names(struct test *test) {
    for (enum cpu_features features = CPU_BASELINE; features < CPU_FEATURES; features++)
        CHECK_MSG(test, cpu_features_name(features) != NULL, "features %d", (int)features);
    CHECK(test, strcmp(cpu_features_name(CPU_AVX512VNNI), "AVX-512 VNNI") == 0);
}

static void test_variants(struct test *test) {
    static const int tables[3] = {0};
    const struct cpu_variant variants[] = {
        {&tables[0], CPU_AVX2}, {&tables[1], CPU_BASELINE}, {&tables[2], CPU_BASELINE}};
    const size_t first = cpu_supports(CPU_AVX2) ? 1 : 0;
    CHECK(test, first == 0 || cpu_variant_at(variants, 3, 0) == &tables[0]);
    CHECK(test, cpu_variant_at(variants, 3, first) == &tables[1]);
    CHECK(test, cpu_variant_at(variants, 3, first + 1) == &tables[2]);
    CHECK(test, cpu_variant_at(variants, 3, first + 2) == NULL);
    CHECK(test, cpu_variant_at(variants, 3, SIZE_MAX) == NULL);
}

static const struct test_case cases[] = {
    {"cpu: larger sets of features contain the smaller ones", test_supports},
    {"cpu: the system lists the same features", test_system_agrees},
    {"cpu: sets of features have names", test_names},
    {"cpu: supported variants, in their order", test_variants},
};
TEST_MAIN(cases)
