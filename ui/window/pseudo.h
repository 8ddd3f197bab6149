// PseudoTranslator: every text with accents and a third longer, in brackets: what is cut, what is
// glued together and what is not translated at all shows at a glance, without knowing another
// language.
#pragma once

#include <QTranslator>

namespace runnel::ui {

class PseudoTranslator : public QTranslator {
    Q_OBJECT
public:
    using QTranslator::QTranslator;
    bool isEmpty() const override { return false; }
    QString translate(const char* context, const char* source, const char* disambiguation,
                      int n) const override;
};

}  // namespace runnel::ui
