#include "core/peer/fault.h"

#include <fmt/format.h>

namespace runnel::peer {

namespace {

// string_view of the base's own to_string, without looking at this namespace's.
std::string_view name(DecodeError error) { return runnel::to_string(error); }
std::string_view name(wire::Type type) { return wire::to_string(type); }
std::string_view name(wire::Feature feature) { return wire::to_string(feature); }

std::string type_name(std::uint16_t type) {
    return fmt::format("{} ({})", name(static_cast<wire::Type>(type)), type);
}

}  // namespace

std::string to_string(const PeerFault& fault) {
    return std::visit(
        overloaded{
            [](const Garbled& f) {
                return fmt::format("message {}: {}", type_name(f.type), name(f.error));
            },
            [](const NotInit& f) { return fmt::format("{} before init", name(f.type)); },
            [](const SecondInit&) { return std::string("second init"); },
            [](const UnknownDemand& f) {
                return fmt::format("feature bit {} is demanded and not supported here", f.bit);
            },
            [](const UnmetDemand& f) {
                return fmt::format("feature bit {} is demanded here and not offered", f.bit);
            },
            [](const MissingDependency& f) {
                return fmt::format("feature {} without {}", name(f.feature), name(f.needs));
            },
            [](const OtherChain&) { return std::string("no common chain"); },
            [](const NoInit& f) { return fmt::format("no init within {} ms", f.waited.count()); },
            [](const Silent& f) { return fmt::format("silent for {} ms", f.waited.count()); },
            [](const PingFlood&) { return std::string("too many pings"); },
        },
        fault);
}

}  // namespace runnel::peer
