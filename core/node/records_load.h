// What the records*.cpp files share of reading a store at start. For these files only.
#pragma once

#include "core/node/handlers.h"

#include <fmt/format.h>

namespace runnel::node {

/// Reads every row of a kind; the first that cannot be read stops and is named.
template <typename Each>
Result<void, LoadError> load_each(const ports::RecordReader& store, ports::RecordKind kind,
                                  std::string_view name, Each each) {
    std::optional<LoadError> error;
    store.scan(kind, {}, [&](ByteView key, ByteView value) {
        const std::optional<DecodeError> wrong = each(key, value);
        if (wrong)
            error =
                LoadError{fmt::format("{} {}", name, to_hex(key)), std::string(to_string(*wrong))};
        return !wrong;
    });
    if (error) return fail(*error);
    return {};
}

/// Channels with their HTLCs, each compared with the last entry of its journal.
Result<void, LoadError> load_channels(State& state, const ports::RecordReader& store);

}  // namespace runnel::node
