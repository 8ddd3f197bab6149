#include "ui/format/amount.h"

#include "ui/format/text.h"

#include <QLocale>

#include <algorithm>

namespace runnel::ui {

namespace {

/// A thousandth of the number, with no more figures behind the point than it has.
QString thousandths(std::uint64_t number) {
    QString out = grouped(number / 1000);
    if (number % 1000 == 0) return out;
    auto behind = QString::number(number % 1000).rightJustified(3, u'0');
    while (behind.endsWith(u'0')) behind.chop(1);
    return out + QLocale().decimalPoint() + behind;
}

}  // namespace

QString grouped(std::uint64_t number) {
    QString out = QString::number(number);
    for (qsizetype at = out.size() - 3; at > 0; at -= 3) out.insert(at, groupSpace);
    return out;
}

QString satText(Sat amount) { return grouped(amount.raw()) + unitSpace + QStringLiteral("sat"); }
QString satText(Msat amount) { return satText(amount.floor_sat()); }

QString exactNumber(Msat amount) { return thousandths(amount.raw()); }

QString exactText(Msat amount) { return exactNumber(amount) + unitSpace + QStringLiteral("sat"); }

QString feerateText(FeeratePerKw feerate) {
    // Four weight units are a vbyte.
    return Words::tr("%1 sat per vbyte").arg(thousandths(std::uint64_t{feerate.raw()} * 4));
}

QString feeText(Msat fee) {
    if (fee.is_zero()) return Words::tr("no fee");
    if (fee < Msat(1000)) return Words::tr("less than %1").arg(satText(Sat(1)));
    return satText(fee.ceil_sat());
}

QString paidFeeText(Msat fee) { return fee.is_zero() ? Words::tr("no fee") : exactText(fee); }

QString signedText(bool minus, Msat amount) {
    return (minus ? QChar(0x2212) : QChar(u'+')) + exactText(amount);
}

std::optional<Sat> parseSat(const QString& text) {
    QString rest = text.trimmed();
    if (rest.endsWith(QStringLiteral("sat"), Qt::CaseInsensitive)) rest = rest.chopped(3).trimmed();
    QString digits;
    qsizetype since_mark = 0;
    bool marked = false;
    for (const QChar c : rest) {
        const bool is_digit = c >= u'0' && c <= u'9';
        const bool is_mark =
            c.isSpace() || c == u'.' || c == u',' || c == u'\'' || c == QChar(0x2019);
        if (is_digit) {
            digits += c;
            ++since_mark;
        } else if (is_mark) {
            // "1.5" is not fifteen: between marks there are three digits. And who writes "0.001"
            // thinks of another unit: no group begins with a nought.
            if (digits.isEmpty() || digits.startsWith(u'0') || (marked && since_mark != 3) ||
                (!marked && since_mark > 3))
                return std::nullopt;
            marked = true;
            since_mark = 0;
        } else {
            return std::nullopt;
        }
    }
    if (digits.isEmpty() || digits.size() > 16 || (marked && since_mark != 3)) return std::nullopt;
    const Sat amount(digits.toULongLong());
    if (amount > max_money) return std::nullopt;
    return amount;
}

QString amountComplaint(const QString& text) {
    QString digits = text;
    digits.remove(groupSpace).remove(u' ');
    const bool is_number =
        !digits.isEmpty() &&
        std::all_of(digits.begin(), digits.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    const auto amount = parseSat(digits);
    if (is_number && !amount) return Words::tr("That is more than there can be.");
    if (is_number && amount->is_zero()) return Words::tr("The amount has to be more than 0.");
    return Words::tr("Enter whole satoshi, for example %1.").arg(grouped(12'500));
}

}  // namespace runnel::ui
