// The headers that emitted C includes, as text: they are written beside every compiled model, so that it can be rebuilt
// anywhere.
#pragma once

const char *gnnc_runtime_header_text(void);
const char *gnnc_lanes_header_text(void);
const char *gnnc_products_header_text(void);
const char *gnnc_kernels_header_text(void);
const char *gnnc_sums_header_text(void);
const char *gnnc_math_header_text(void);
const char *gnnc_recurrence_header_text(void);
