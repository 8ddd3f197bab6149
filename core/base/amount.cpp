#include "core/base/amount.h"

#include <cstdio>
#include <cstdlib>

namespace runnel {

void amount_overflow() {
    std::fputs("broken: an amount left its range\n", stderr);
    std::abort();
}

}  // namespace runnel
