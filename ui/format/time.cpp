#include "ui/format/time.h"

#include "ui/format/amount.h"
#include "ui/format/text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace runnel::ui {

namespace {

constexpr double z_of_nine_in_ten = 1.645;

/// Quantile of the sum of n waits of mean 1 (Wilson and Hilferty's approximation of the gamma
/// distribution).
double quantile(double n, double z) {
    const double part = 1 - 1 / (9 * n) + z * std::sqrt(1 / (9 * n));
    return part <= 0 ? 0 : n * part * part * part;
}

QString clock(const QDateTime& time) {
    return QLocale().toString(time.time(), QLocale::ShortFormat);
}
QString weekday(const QDateTime& time) {
    return Words::tr("%1 %2", "a weekday and a time of day")
        .arg(QLocale().toString(time, QStringLiteral("ddd")), clock(time));
}
QString day(const QDateTime& time) {
    return QLocale().toString(time, Words::tr("d MMM", "a day of the year as a Qt date format"));
}
QString dayAndYear(const QDateTime& time) {
    return QLocale().toString(time,
                              Words::tr("d MMM yyyy", "a day with its year as a Qt date format"));
}

std::uint32_t blocksUntil(BlockHeight height, const api::ChainView& chain) {
    return distance(chain.height, height).raw();
}

QString byText(const QDateTime& time, const QDateTime& now) {
    if (time.date() == now.date()) return Words::tr("by %1 today").arg(clock(time));
    if (now.daysTo(time) < 6) return Words::tr("by %1").arg(weekday(time));
    return Words::tr("by %1").arg(day(time));
}

/// Of a wait so short that the time of day says less: nothing beyond a quarter of an hour.
QString soonText(qint64 seconds) {
    if (seconds <= 90) return Words::tr("within about a minute");
    if (seconds <= 15 * 60)
        return Words::tr("within %n minute(s)", nullptr, static_cast<int>((seconds + 59) / 60));
    return {};
}

/// In seconds.
double meanWait(std::uint32_t blocks, const api::ChainView& chain) {
    const auto hurry = chain.hurry.value_or(api::Hurry{});
    const std::uint32_t hurried = std::min(blocks, hurry.left);
    return static_cast<double>(std::uint64_t{hurried} * hurry.seconds +
                               std::uint64_t{blocks - hurried} * chain.block_seconds);
}

QDateTime local(UnixTime time) { return QDateTime::fromSecsSinceEpoch(time.raw()); }

}  // namespace

api::ChainView onceSent(api::ChainView chain) {
    if (chain.hurry) chain.hurry->left = chain.hurry->depth;
    return chain;
}

std::optional<DateRange> rangeAfter(std::uint32_t blocks, const api::ChainView& chain,
                                    const QDateTime& now) {
    if (chain.block_seconds == 0 || blocks == 0) return std::nullopt;
    const double mean = meanWait(blocks, chain) / blocks;
    const auto early = static_cast<qint64>(std::floor(mean * quantile(blocks, -z_of_nine_in_ten)));
    const auto late = static_cast<qint64>(std::ceil(mean * quantile(blocks, z_of_nine_in_ten)));
    return DateRange{now.addSecs(early), now.addSecs(late)};
}

QString rangeText(std::uint32_t blocks, const api::ChainView& chain, const QDateTime& now) {
    if (blocks == 0) return Words::tr("with the next block");
    const auto range = rangeAfter(blocks, chain, now);
    if (!range) return Words::tr("after %n more block(s)", nullptr, static_cast<int>(blocks));
    if (const auto soon = soonText(now.secsTo(range->to)); !soon.isEmpty()) return soon;
    // The latest is what counts: two times would read as opening hours.
    if (range->to.date() == now.date())
        return Words::tr("today, probably by %1").arg(clock(range->to));
    return Words::tr("probably by %1")
        .arg(now.daysTo(range->to) < 6 ? weekday(range->to) : day(range->to));
}

QString expectedText(const std::optional<std::uint32_t>& blocks, const api::ChainView& chain,
                     const QDateTime& now) {
    return blocks ? rangeText(*blocks, chain, now) : Words::tr("at a time that depends on fees");
}

QString untilText(BlockHeight height, const api::ChainView& chain, const QDateTime& now) {
    return rangeText(blocksUntil(height, chain), chain, now);
}

QString deadlineText(BlockHeight height, const api::ChainView& chain, const QDateTime& now) {
    const auto blocks = blocksUntil(height, chain);
    if (blocks == 0) return Words::tr("now");
    const auto range = rangeAfter(blocks, chain, now);
    if (!range) return Words::tr("within %n block(s)", nullptr, static_cast<int>(blocks));
    return now.secsTo(range->from) < 120 ? Words::tr("now") : byText(range->from, now);
}

QString latestText(BlockHeight height, const api::ChainView& chain, const QDateTime& now) {
    const auto blocks = blocksUntil(height, chain);
    if (blocks == 0) return Words::tr("with the next block");
    const auto range = rangeAfter(blocks, chain, now);
    if (!range) return Words::tr("within %n block(s)", nullptr, static_cast<int>(blocks));
    const auto soon = soonText(now.secsTo(range->to));
    return soon.isEmpty() ? byText(range->to, now) : soon;
}

QString spanText(std::uint32_t blocks, const api::ChainView& chain) {
    const auto minutes = (std::uint64_t{blocks} * chain.block_seconds + 59) / 60;
    if (minutes == 0) return Words::tr("%n block(s)", nullptr, static_cast<int>(blocks));
    if (minutes < 120) return Words::tr("about %n minute(s)", nullptr, static_cast<int>(minutes));
    if (minutes < 48 * 60)
        return Words::tr("about %n hour(s)", nullptr, static_cast<int>((minutes + 30) / 60));
    const auto days = std::min<std::uint64_t>((minutes + 12 * 60) / (24 * 60), 1'000'000);
    return Words::tr("about %n day(s)", nullptr, static_cast<int>(days));
}

QString whenText(UnixTime time, const QDateTime& now) {
    const auto then = local(time);
    if (then.date() == now.date()) return Words::tr("today, %1").arg(clock(then));
    if (then.date().daysTo(now.date()) == 1) return Words::tr("yesterday, %1").arg(clock(then));
    return then.date().year() == now.date().year() ? day(then) + QStringLiteral(", ") + clock(then)
                                                   : dayAndYear(then);
}

QString agoText(std::uint32_t blocks, const api::ChainView& chain, const QDateTime& now) {
    if (chain.block_seconds == 0) return {};
    return whenText(
        UnixTime(now.toSecsSinceEpoch() - static_cast<qint64>(blocks) * chain.block_seconds), now);
}

bool hasPassed(UnixTime time, const QDateTime& now) { return now.toSecsSinceEpoch() > time.raw(); }

qint64 minutesLeft(UnixTime time, const QDateTime& now) {
    const auto left = time.raw() - now.toSecsSinceEpoch();
    return left < 0 ? 0 : left / 60;
}

QString expiryText(UnixTime time, const QDateTime& now) {
    if (hasPassed(time, now)) return Words::tr("expired");
    const auto minutes = static_cast<int>(std::min<qint64>(minutesLeft(time, now), 1'000'000'000));
    if (minutes == 0) return Words::tr("expires in less than a minute");
    if (minutes < 120) return Words::tr("expires in %n minute(s)", nullptr, minutes);
    if (minutes < 48 * 60) return Words::tr("expires in %n hour(s)", nullptr, minutes / 60);
    return Words::tr("expires in %n day(s)", nullptr, minutes / (24 * 60));
}

QString exactTimeText(UnixTime time) {
    return QLocale().toString(local(time), QLocale::LongFormat);
}

QString durationText(std::uint64_t milliseconds) {
    if (milliseconds < 950) {
        const auto tenths = std::max<std::uint64_t>(1, (milliseconds + 50) / 100);
        return Words::tr("%1 s").arg(QStringLiteral("0") + QLocale().decimalPoint() +
                                     QString::number(tenths));
    }
    const auto seconds = (milliseconds + 500) / 1000;
    if (seconds < 120) return Words::tr("%1 s").arg(grouped(seconds));
    return Words::tr("%1 min").arg(grouped((seconds + 30) / 60));
}

}  // namespace runnel::ui
