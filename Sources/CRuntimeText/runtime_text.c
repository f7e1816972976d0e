#include "runtime_text.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char runtime[] = {
#embed "../../runtime-c/include/gnnc_runtime.h" suffix(, )
    0};

static const char lanes[] = {
#embed "../../runtime-c/include/gnnc_lanes.h" suffix(, )
    0};

static const char products[] = {
#embed "../../runtime-c/include/gnnc_products.h" suffix(, )
    0};

static const char kernels[] = {
#embed "../../runtime-c/include/gnnc_kernels.h" suffix(, )
    0};

static const char sums[] = {
#embed "../../runtime-c/include/gnnc_sums.h" suffix(, )
    0};

static const char math[] = {
#embed "../../runtime-c/include/gnnc_math.h" suffix(, )
    0};

static const char recurrence[] = {
#embed "../../runtime-c/include/gnnc_recurrence.h" suffix(, )
    0};

const char *gnnc_runtime_header_text(void) { return runtime; }
const char *gnnc_lanes_header_text(void) { return lanes; }
const char *gnnc_products_header_text(void) { return products; }
const char *gnnc_kernels_header_text(void) { return kernels; }
const char *gnnc_sums_header_text(void) { return sums; }
const char *gnnc_math_header_text(void) { return math; }
const char *gnnc_recurrence_header_text(void) { return recurrence; }
