#include "core/wire/features.h"

#include <array>

namespace runnel::wire {

namespace {

constexpr std::size_t even_bit(Feature feature) { return static_cast<std::size_t>(feature); }

struct Dependency {
    Feature feature;
    Feature needs;
};

// payment_secret and static_remotekey, on which others once depended, are assumed of every node
// today.
constexpr std::array dependencies{
    Dependency{Feature::zeroconf, Feature::scid_alias},
    Dependency{Feature::simple_close, Feature::shutdown_anysegwit},
};

}  // namespace

std::string_view to_string(Feature feature) {
    switch (feature) {
        case Feature::data_loss_protect: return "data_loss_protect";
        case Feature::upfront_shutdown_script: return "upfront_shutdown_script";
        case Feature::gossip_queries: return "gossip_queries";
        case Feature::var_onion_optin: return "var_onion_optin";
        case Feature::gossip_queries_ex: return "gossip_queries_ex";
        case Feature::static_remotekey: return "static_remotekey";
        case Feature::payment_secret: return "payment_secret";
        case Feature::basic_mpp: return "basic_mpp";
        case Feature::large_channel: return "large_channel";
        case Feature::anchors: return "anchors";
        case Feature::route_blinding: return "route_blinding";
        case Feature::shutdown_anysegwit: return "shutdown_anysegwit";
        case Feature::dual_fund: return "dual_fund";
        case Feature::quiesce: return "quiesce";
        case Feature::attribution_data: return "attribution_data";
        case Feature::onion_messages: return "onion_messages";
        case Feature::provide_storage: return "provide_storage";
        case Feature::channel_type: return "channel_type";
        case Feature::scid_alias: return "scid_alias";
        case Feature::payment_metadata: return "payment_metadata";
        case Feature::zeroconf: return "zeroconf";
        case Feature::simple_close: return "simple_close";
        case Feature::splice: return "splice";
    }
    return "unknown";
}

Features Features::demanding(std::initializer_list<Feature> features) {
    Features out;
    for (const Feature feature : features) out.demand(feature);
    return out;
}

Features Features::from_wire(ByteView bytes) {
    Features out;
    out.m_bytes.assign(bytes.rbegin(), bytes.rend());
    out.trim();
    return out;
}

Bytes Features::to_wire() const { return Bytes(m_bytes.rbegin(), m_bytes.rend()); }

void Features::trim() {
    while (!m_bytes.empty() && m_bytes.back() == 0) m_bytes.pop_back();
}

Features Features::low_bits(std::size_t count) const {
    Features out = *this;
    if (out.m_bytes.size() > (count + 7) / 8) out.m_bytes.resize((count + 7) / 8);
    if (count % 8 != 0 && out.m_bytes.size() == (count + 7) / 8) {
        out.m_bytes.back() =
            static_cast<std::uint8_t>(out.m_bytes.back() & ((1U << count % 8) - 1));
    }
    out.trim();
    return out;
}

bool Features::has_bit(std::size_t bit) const {
    return bit / 8 < m_bytes.size() && (m_bytes[bit / 8] >> (bit % 8) & 1) != 0;
}

Features& Features::set_bit(std::size_t bit) {
    if (bit / 8 >= m_bytes.size()) m_bytes.resize(bit / 8 + 1, 0);
    m_bytes[bit / 8] = static_cast<std::uint8_t>(m_bytes[bit / 8] | 1U << (bit % 8));
    return *this;
}

Features& Features::clear_bit(std::size_t bit) {
    if (bit / 8 < m_bytes.size()) {
        m_bytes[bit / 8] = static_cast<std::uint8_t>(m_bytes[bit / 8] & ~(1U << (bit % 8)));
        trim();
    }
    return *this;
}

Features& Features::offer(Feature feature) {
    return clear_bit(even_bit(feature)).set_bit(even_bit(feature) + 1);
}

Features& Features::demand(Feature feature) {
    return clear_bit(even_bit(feature) + 1).set_bit(even_bit(feature));
}

Features& Features::remove(Feature feature) {
    return clear_bit(even_bit(feature)).clear_bit(even_bit(feature) + 1);
}

bool Features::has(Feature feature) const {
    return has_bit(even_bit(feature)) || has_bit(even_bit(feature) + 1);
}

bool Features::demands(Feature feature) const { return has_bit(even_bit(feature)); }

std::optional<std::size_t> Features::first_demand_beyond(const Features& supported) const {
    for (std::size_t bit = 0; bit < m_bytes.size() * 8; bit += 2) {
        if (has_bit(bit) && !supported.has_bit(bit) && !supported.has_bit(bit + 1)) return bit;
    }
    return std::nullopt;
}

std::optional<Features::MissingDependency> Features::missing_dependency() const {
    for (const auto& [feature, needs] : dependencies) {
        if (has(feature) && !has(needs)) return MissingDependency{feature, needs};
    }
    return std::nullopt;
}

Features operator|(const Features& a, const Features& b) {
    const bool a_longer = a.m_bytes.size() >= b.m_bytes.size();
    Features out = a_longer ? a : b;
    const Bytes& shorter = a_longer ? b.m_bytes : a.m_bytes;
    for (std::size_t i = 0; i < shorter.size(); ++i) {
        out.m_bytes[i] = static_cast<std::uint8_t>(out.m_bytes[i] | shorter[i]);
    }
    return out;
}

std::string Features::to_string() const {
    std::string out;
    for (std::size_t bit = 0; bit < m_bytes.size() * 8; ++bit) {
        if (!has_bit(bit)) continue;
        if (!out.empty()) out += ',';
        out += std::to_string(bit);
    }
    return out;
}

}  // namespace runnel::wire
