#include "ui/window/pseudo.h"

#include <cstring>

namespace runnel::ui {

QString PseudoTranslator::translate(const char*, const char* source, const char* disambiguation,
                                    int n) const {
    // Formats of dates are no text.
    if (disambiguation != nullptr && std::strstr(disambiguation, "format") != nullptr)
        return QString::fromUtf8(source);
    static const QString plain = QStringLiteral("aeiouAEIOUcnsy"),
                         marked = QStringLiteral("áéíóúÁÉÍÓÚçñšý");
    QString out;
    bool place = false;
    for (QChar c : QString::fromUtf8(source)) {
        // "%1" and "%n" stay, and what follows an ampersand stays a mnemonic.
        const auto at = place ? -1 : plain.indexOf(c);
        place = c == u'%' || c == u'&';
        out += at < 0 ? c : marked[at];
    }
    out.replace(QStringLiteral("(s)"), n == 1 ? QString() : QStringLiteral("š"));
    // Longer by words, as other languages are.
    QString longer;
    for (qsizetype i = 0; i < out.size() / 3; ++i) longer += i % 7 == 0 ? u' ' : u'~';
    return u'[' + out + longer + u']';
}

}  // namespace runnel::ui
