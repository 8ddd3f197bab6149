// Times for people: when something happened, how long it took, and between which dates a block is
// to be expected. A height becomes a date with a range, by the statistics of blocks, never by a
// bare "ten minutes"; where blocks come at a command only (regtest) it stays a number of blocks.
// Takes `now` from the caller.
#pragma once

#include "core/api/snapshot.h"

#include <QDateTime>
#include <QString>

#include <optional>

namespace runnel::ui {

struct DateRange {
    QDateTime from, to;
};

/// The chain as it will be once something is sent on it: where new transactions are hurried, that
/// one will be.
api::ChainView onceSent(api::ChainView chain);
/// When `blocks` more blocks will have come, in nine cases of ten; nothing where blocks have no
/// rhythm.
std::optional<DateRange> rangeAfter(std::uint32_t blocks, const api::ChainView& chain,
                                    const QDateTime& now);
/// Until when something will have happened in all likelihood: "today, probably by 15:10",
/// "probably by Fri 09:00", the same with a day, "after 3 more blocks". One time, not two: those
/// read as opening hours.
QString rangeText(std::uint32_t blocks, const api::ChainView& chain, const QDateTime& now);
/// When a first block is to be expected; without a number of blocks in words that promise no date.
QString expectedText(const std::optional<std::uint32_t>& blocks, const api::ChainView& chain,
                     const QDateTime& now);
/// The same until a height; what has passed is due "with the next block".
QString untilText(BlockHeight height, const api::ChainView& chain, const QDateTime& now);
/// About when the chain was so many blocks shorter, by their mean; empty where blocks have no
/// rhythm.
QString agoText(std::uint32_t blocks, const api::ChainView& chain, const QDateTime& now);
/// The early end of the range: be there by then. "by 14:00 today", "by Thu 14:00", "by 5 Mar",
/// "within 30 blocks"; "now" when there is no time left.
QString deadlineText(BlockHeight height, const api::ChainView& chain, const QDateTime& now);
/// The late end of the range: what will have happened by then. In the same words, and "within 5
/// minutes".
QString latestText(BlockHeight height, const api::ChainView& chain, const QDateTime& now);
/// How long so many blocks take in the mean: "about 5 days", "about 2 hours", "144 blocks".
QString spanText(std::uint32_t blocks, const api::ChainView& chain);

/// "today, 14:20", "yesterday, 09:00", "3 Dec 2026".
QString whenText(UnixTime time, const QDateTime& now);
bool hasPassed(UnixTime time, const QDateTime& now);
/// Whole minutes until then, 0 in the last one; not below.
qint64 minutesLeft(UnixTime time, const QDateTime& now);
/// Of what can be done until then: "expires in 59 minutes", "expires in less than a minute",
/// "expired".
QString expiryText(UnixTime time, const QDateTime& now);
/// To the second, for details.
QString exactTimeText(UnixTime time);
/// "0.3 s", "12 s", "3 min".
QString durationText(std::uint64_t milliseconds);

}  // namespace runnel::ui
