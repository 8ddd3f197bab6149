// ConfirmSend: the last look before coins leave for good: to whom, how much, at what cost, how
// long it takes. Nothing is sent before its button is pressed, and then exactly what stands there.
#pragma once

#include "core/api/quote.h"
#include "ui/widgets/sheet.h"

namespace runnel::ui {

class ConfirmSend : public Sheet {
    Q_OBJECT
public:
    /// `first_confirmation`: when it is to be expected.
    ConfirmSend(const QString& address, const api::SendQuote& quote,
                const QString& first_confirmation, QWidget* parent);
};

}  // namespace runnel::ui
