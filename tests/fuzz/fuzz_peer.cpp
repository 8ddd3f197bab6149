// A peer that says anything: each message is one byte of waiting (in seconds), a two byte length,
// and its bytes. Before its init nothing is answered but a last warning, after a fault nothing at
// all, and pongs stay within their budget.
#include "core/peer/session.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel;
    peer::Instant now{0};
    peer::PeerSession session(peer::Settings{}, now);
    Reader in(ByteView(data, size));
    bool over = false;
    std::size_t sent = 0;
    while (!in.at_end() && in.ok()) {
        now += std::chrono::seconds(in.u8());
        const ByteView message = in.bytes(std::min<std::size_t>(in.u16(), in.remaining()));
        const bool was_up = session.is_up();
        for (const auto& step : {session.tick(now), session.on_bytes(message, now)}) {
            if (over && !(step.send.empty() && step.events.empty())) std::abort();
            if (!was_up && !step.fault && !step.send.empty()) std::abort();
            over = over || step.fault.has_value();
            for (const auto& reply : step.send) {
                const std::size_t reply_size = wire::encode(reply).size();
                if (reply_size > wire::max_message_size) std::abort();
                sent += reply_size;
            }
        }
        if (over == session.wake_at().has_value()) std::abort();
        if (sent > (std::size_t{1} << 20) * (static_cast<std::size_t>(now.count()) / 10'000 + 2)) {
            std::abort();
        }
    }
    return 0;
}
