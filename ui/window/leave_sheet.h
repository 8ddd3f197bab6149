// LeaveSheet: asked when the window is closed while something is on its way that has a date: until
// when to be back, and what can happen otherwise.
#pragma once

#include "core/api/snapshot.h"
#include "ui/widgets/sheet.h"

#include <QDateTime>

namespace runnel::ui {

class LeaveSheet : public Sheet {
    Q_OBJECT
public:
    LeaveSheet(const api::ChainView& chain, BlockHeight back_by, const QDateTime& now,
               QWidget* parent);
};

}  // namespace runnel::ui
